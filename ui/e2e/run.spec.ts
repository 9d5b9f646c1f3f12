/** The page of one run: graph, tabs, logs, actions. */
import { expect, KNOWN, picture, test } from './pages';

test('a finished run: timeline, logs, tabs', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.flightsRun}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('gentle-otter');
  await expect(page.getByTestId('timeline')).toBeVisible();
  await expect(page.getByTestId('graph-table').getByRole('rowheader', { name: 'join-0' })).toBeAttached();
  await expect(page.getByRole('log').getByText('extract_tables-2').first()).toBeVisible();
  await picture(page, 'run');

  await page.getByRole('tab', { name: /Task runs/ }).click();
  await expect(page.getByRole('table', { name: 'Task runs' }).getByRole('link').first()).toBeVisible();
  await picture(page, 'run-tasks');
  await page.getByRole('tab', { name: /Subflow runs/ }).click();
  await expect(page.getByRole('link', { name: 'nimble-newt' })).toBeVisible();
  await page.getByRole('tab', { name: /Parameters/ }).click();
  await expect(page.getByText('"sqlite"')).toBeVisible();
  await picture(page, 'run-parameters');
  await page.getByRole('tab', { name: 'States' }).click();
  await expect(page.getByRole('list', { name: 'State history' }).getByText('Completed')).toBeVisible();
  await picture(page, 'run-states');
  await page.getByRole('tab', { name: 'Details' }).click();
  await expect(page.getByText(KNOWN.flightsRun)).toBeVisible();
  await picture(page, 'run-details');
  await expect(page).toHaveURL(/tab=details/);
});

test('bars can be pointed at, selected and opened', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.flightsRun}`);
  const canvas = page.getByTestId('timeline');
  await expect(canvas).toHaveAttribute('data-draw-ms', /\d/);
  // The only run of `join` is the bar in the middle, right of the labels.
  await canvas.hover({ position: { x: 240, y: 40 } });
  await expect(page.getByTestId('graph-tip')).toContainText('extract_tables');
  await canvas.click({ position: { x: 240, y: 40 } });
  await expect(page.getByTestId('graph-selection')).toContainText('extract_tables');
  await picture(page, 'run-selected');
  await page.getByRole('button', { name: 'Open task run' }).click();
  await expect(page).toHaveURL(/\/task-runs\//);
});

test('ten thousand tasks stay smooth', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.bigRun}`);
  const canvas = page.getByTestId('timeline');
  await expect(canvas).toHaveAttribute('data-draw-ms', /\d/);
  await expect(page.getByText('10,000 tasks')).toBeVisible();
  await expect(page.getByRole('log').getByText('list_partitions-0').first()).toBeVisible();
  await picture(page, 'run-big');
  const box = await canvas.boundingBox();
  if (!box) throw new Error('the timeline has no box');
  await page.mouse.move(box.x + 700, box.y + 120);
  const draws: number[] = [];
  for (let step = 0; step < 20; step++) {
    await page.mouse.wheel(0, step < 12 ? -120 : 90);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    draws.push(Number(await canvas.getAttribute('data-draw-ms')));
  }
  draws.sort((a, b) => a - b);
  test.info().annotations.push({ type: 'draw ms', description: `median ${draws[10]}, most ${draws[19]}` });
  process.stdout.write(`    10,000 tasks: median frame ${draws[10]} ms, longest ${draws[19]} ms\n`);
  expect(draws[10]).toBeLessThan(16);
  await picture(page, 'run-big-zoomed');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Show all' }).click();
  await canvas.click({ position: { x: 60, y: 60 } });
  await picture(page, 'run-big-open');
});

test('dependencies, grouped and single', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.bigRun}?graph=dependencies`);
  await expect(page.getByTestId('dependency-graph')).toHaveAttribute('data-draw-ms', /\d/);
  await picture(page, 'run-dependencies');
  await page.getByRole('checkbox', { name: 'Group runs of a task' }).uncheck();
  await expect(page.getByText('are more than can be told apart')).toBeVisible();
  await page.goto(`/runs/${KNOWN.flightsRun}?graph=dependencies`);
  await expect(page.getByTestId('dependency-graph')).toHaveAttribute('data-draw-ms', /\d/);
  await picture(page, 'run-dependencies-single');
});

test('a running run is live: logs follow, the state changes, cancelling asks first', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.liveRun}`);
  await expect(page.getByText('Live').first()).toBeVisible();
  const lines = page.getByTestId('log-list').locator('[data-index]');
  await expect(lines.nth(8)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('button', { name: 'Follow' })).toHaveAttribute('aria-pressed', 'true');
  await picture(page, 'run-live');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByRole('alertdialog', { name: 'Cancel this run?' })).toBeVisible();
  await picture(page, 'run-cancel');
  await page.getByRole('button', { name: 'Cancel run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Cancelled');
  await expect(page.getByText('The run is being cancelled')).toBeVisible();
});

test('a failed run says why, can be searched, retried and deleted', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.failedRun}`);
  await page.getByRole('button', { name: 'Whole message' }).click();
  await expect(page.getByText('blocked by process 4714').first()).toBeVisible();
  await page.getByRole('button', { name: 'Less' }).click();
  await page.getByRole('searchbox', { name: 'Search the logs' }).fill('deadlock');
  await expect(page.getByRole('log').locator('mark').first()).toBeVisible();
  await expect(page).toHaveURL(/q=deadlock/);
  await picture(page, 'run-failed');
  await page.getByRole('searchbox', { name: 'Search the logs' }).fill('no such words');
  await expect(page.getByText('No line matches')).toBeVisible();
  await page.getByRole('button', { name: 'Show all lines' }).click();
  await page.getByRole('button', { name: 'Level: All levels' }).click();
  await page.getByRole('menuitemradio', { name: 'Errors and above' }).click();
  await expect(page).toHaveURL(/level=error/);

  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('button', { name: 'Retry run' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('AwaitingRetry');

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete run' }).click();
  await page.getByRole('button', { name: 'Delete run' }).click();
  await expect(page).toHaveURL('/runs');
  await expect(page.getByTestId('run-count')).toHaveText('9,999 runs');
});

test('a paused run can go on', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.pausedRun}`);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Running');
});

test('in the dark and narrow', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`/runs/${KNOWN.failedRun}`);
  await expect(page.getByTestId('timeline')).toHaveAttribute('data-draw-ms', /\d/);
  await expect(page.getByRole('log').getByText('load_rows-0').first()).toBeVisible();
  await picture(page, 'run-dark');
  await page.setViewportSize({ width: 390, height: 800 });
  await picture(page, 'run-narrow');
});
