/**
 * Against a real server (`MILLIWAYS_E2E_URL`): records a small run through its API, as a client would, and
 * looks for it on every page. Makes what it needs itself, so that any server will do.
 */
import { type APIRequestContext, expect, test } from '@playwright/test';

type Created = { flowId: string; runId: string; name: string };

async function record(request: APIRequestContext): Promise<Created> {
  const stamp = Date.now().toString(36);
  const flow = await (await request.post('/api/flows/', { data: { name: `e2e-flow-${stamp}` } })).json();
  const name = `e2e-run-${stamp}`;
  const run = await (
    await request.post('/api/flow_runs/', {
      data: {
        flow_id: flow.id,
        name,
        parameters: { answer: 42 },
        tags: ['e2e'],
        state: { type: 'PENDING', name: 'Pending' },
      },
    })
  ).json();
  await setState(request, run.id, 'RUNNING', 'Running');
  await log(request, run.id, 'a line from the browser test');
  return { flowId: flow.id, runId: run.id, name };
}

const setState = (request: APIRequestContext, id: string, type: string, name: string) =>
  request.post(`/api/flow_runs/${id}/set_state`, { data: { state: { type, name }, force: false } });

const log = (request: APIRequestContext, id: string, message: string) =>
  request.post('/api/logs/', {
    data: [{ name: 'e2e', level: 20, message, timestamp: new Date().toISOString(), flow_run_id: id }],
  });

test('a run that is recorded is seen, live, everywhere', async ({ page, request }) => {
  const { flowId, runId, name } = await record(request);

  await page.goto(`/runs?name=${name}`);
  await expect(page.getByRole('link', { name })).toBeVisible();
  await page.getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Running');
  await expect(page.getByRole('log').getByText('a line from the browser test')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Live' }).first()).toBeVisible();
  await page.screenshot({ path: 'test-results/live-run.png' });

  await log(request, runId, 'a line while one looks on');
  await expect(page.getByRole('log').getByText('a line while one looks on')).toBeVisible();
  await setState(request, runId, 'COMPLETED', 'Completed');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Completed');

  await page.getByRole('tab', { name: /Parameters/ }).click();
  await expect(page.getByText('42')).toBeVisible();
  await page.getByRole('tab', { name: 'States' }).click();
  await expect(page.getByRole('list', { name: 'State history' }).getByText('Completed')).toBeVisible();

  await page.goto('/');
  await expect(page.getByRole('link', { name: /^Completed\s*[\d,]+$/ })).toBeVisible();
  await page.screenshot({ path: 'test-results/live-dashboard.png' });
  await page.goto(`/flows/${flowId}`);
  await expect(page.getByRole('link', { name })).toBeVisible();

  await page.goto(`/runs/${runId}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete run' }).click();
  await page.getByRole('button', { name: 'Delete run' }).click();
  await expect(page).toHaveURL(/\/runs$/);
  await page.goto(`/runs/${runId}`);
  await expect(page.getByText('This run does not exist')).toBeVisible();
});
