/** Task runs, flows, the palette, themes, and everything that goes wrong. */
import { expect, KNOWN, picture, switchTo, test } from './pages';

test('a task run: inputs lead upstream, logs are its own', async ({ page }) => {
  await page.goto(`/runs/${KNOWN.failedRun}?tab=tasks`);
  await page.getByRole('link', { name: 'load_rows-2', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('load_rows-2');
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' })).toContainText('rustic-raven');
  await picture(page, 'task-run');
  await page.getByRole('tab', { name: /Inputs/ }).click();
  await expect(page.getByRole('link', { name: 'open_batch-0' })).toBeVisible();
  await picture(page, 'task-run-inputs');
  await page.getByRole('tab', { name: 'States' }).click();
  await expect(page.getByRole('list', { name: 'State history' })).toBeVisible();
  await page.getByRole('tab', { name: 'Details' }).click();
  await expect(page.getByText('Task key')).toBeVisible();
  await page.getByRole('tab', { name: /Inputs/ }).click();
  await page.getByRole('link', { name: 'open_batch-0' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('open_batch-0');
});

test('flows and the page of one', async ({ page }) => {
  await page.goto('/flows');
  await expect(page.getByRole('row')).toHaveCount(8);
  await expect(page.getByRole('link', { name: 'ten-thousand' })).toBeAttached();
  await picture(page, 'flows');
  await page.getByRole('searchbox').fill('crm');
  await expect(page).toHaveURL('/flows?name=crm');
  await page.getByRole('link', { name: 'sync-crm-contacts' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('sync-crm-contacts');
  await expect(page.getByRole('table').getByRole('link').first()).toBeVisible();
  await picture(page, 'flow');
});

test('the palette finds pages and runs by name', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox');
  await expect(field).toBeFocused();
  await field.fill('ten-thousand');
  await expect(page.getByRole('option', { name: /ten-thousand/ })).toBeVisible();
  await picture(page, 'palette');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/runs/${KNOWN.bigRun}`);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('failed');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/runs\?state=FAILED&state=CRASHED/);
});

test('the chosen theme is remembered', async ({ page }) => {
  await page.goto('/flows');
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('what does not exist says so', async ({ page }) => {
  await page.goto('/nowhere');
  await expect(page.getByText('This page does not exist')).toBeVisible();
  await picture(page, 'not-found');
  await page.goto(`/runs/${KNOWN.nobody}`);
  await expect(page.getByText('This run does not exist')).toBeVisible();
  await page.goto(`/task-runs/${KNOWN.nobody}`);
  await expect(page.getByText('This task run does not exist')).toBeVisible();
  await page.goto(`/flows/${KNOWN.nobody}`);
  await expect(page.getByText('This flow does not exist')).toBeVisible();
});

test("addresses that Prefect's clients print lead to our pages", async ({ page }) => {
  await page.goto(`/runs/flow-run/${KNOWN.failedRun}`);
  await expect(page).toHaveURL(`/runs/${KNOWN.failedRun}`);
  await page.goto(`/runs/task-run/${KNOWN.nobody}`);
  await expect(page).toHaveURL(`/task-runs/${KNOWN.nobody}`);
});

test('a server that fails is told of, and can be asked again', async ({ page, play }) => {
  await play('error');
  await page.goto('/runs');
  await expect(page.getByText('This could not be loaded')).toBeVisible();
  await expect(page.getByText('Internal Server Error')).toBeVisible();
  await picture(page, 'error');
  await switchTo(page, 'busy');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('table').getByRole('link').first()).toBeVisible();
});

test('a server that is away comes back by itself', async ({ page }) => {
  await page.goto('/runs');
  await expect(page.getByTestId('run-count')).toHaveText('10,000 runs');
  await switchTo(page, 'away');
  await page.getByRole('link', { name: 'Flows' }).click();
  await expect(page.getByText('Trying again every two seconds')).toBeVisible();
  await picture(page, 'away');
  await switchTo(page, 'busy');
  await expect(page.getByRole('row')).toHaveCount(8, { timeout: 10_000 });
  await expect(page.getByText('Trying again every two seconds')).toBeHidden();
});

test('while the server thinks, shapes stand in', async ({ page, play }) => {
  await play('slow');
  await page.goto('/runs');
  await expect(page.getByRole('table', { name: 'Flow runs' })).toBeVisible();
  await picture(page, 'loading');
});
