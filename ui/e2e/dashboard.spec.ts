/** The dashboard: counts, chart, failures, what runs now; and how it looks with nothing and in the dark. */
import { expect, KNOWN, picture, test } from './pages';

test('shows how runs went, and each number leads to its runs', async ({ page }) => {
  // The last 24 hours are those of one moment, here and on the page that the number leads to.
  await page.clock.setFixedTime(new Date());
  await page.goto('/');
  await expect(page.getByRole('link', { name: /^Completed\s*[\d,]+$/ })).toBeVisible();
  await expect(page.getByTestId('task-run-count')).not.toHaveText('–');
  await expect(
    page.getByRole('region', { name: 'Recent failures' }).getByRole('listitem').first(),
  ).toBeVisible();
  await expect(page.getByRole('region', { name: /Running now/ }).getByText('vivid-falcon')).toBeVisible();
  await expect(page.getByText('ingest-clickstream').first()).toBeVisible();
  await picture(page, 'dashboard');

  const failed = page.getByRole('link', { name: /^Failed\s*[\d,]+$/ });
  const count = (await failed.textContent())?.replace('Failed', '');
  await failed.click();
  await expect(page).toHaveURL(/\/runs\?state=FAILED&range=24h/);
  await expect(page.getByTestId('run-count')).toHaveText(`${count} runs`);
});

test('the time range is remembered in the address', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('radio', { name: '7 d' }).click();
  await expect(page).toHaveURL('/?range=7d');
  await expect(page.getByRole('heading', { name: 'Runs in the last 7 days' })).toBeVisible();
  await picture(page, 'dashboard-7d');
});

test('with no run ever, it says how to start', async ({ page, play }) => {
  await play('empty');
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'No runs yet' })).toBeVisible();
  await expect(page.getByText('from milliways import flow, task')).toBeVisible();
  await picture(page, 'dashboard-empty');
});

test('in the dark', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/');
  await expect(page.getByTestId('task-run-count')).not.toHaveText('–');
  await expect(page.getByText('ingest-clickstream').first()).toBeVisible();
  await picture(page, 'dashboard-dark');
});

test('a failure leads to its run', async ({ page }) => {
  await page.goto('/');
  const first = page.getByRole('region', { name: 'Recent failures' }).getByRole('link').nth(1);
  const name = await first.textContent();
  await first.click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name ?? '');
  expect(KNOWN.bigRun).toBeTruthy();
});
