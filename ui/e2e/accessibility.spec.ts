/** No serious finding of axe on any page, light or dark; no request to another host. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { expect, KNOWN, test } from './pages';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PAGES = [
  '/',
  '/runs',
  `/runs/${KNOWN.failedRun}`,
  `/runs/${KNOWN.flightsRun}?tab=tasks`,
  '/flows',
  '/nowhere',
];

type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Finding[] }> } };
    return (await axe.run()).violations;
  });
  return found
    .filter((finding) => ['serious', 'critical'].includes(finding.impact))
    .flatMap((finding) =>
      finding.nodes
        .slice(0, 3)
        .map((node) => `${finding.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    );
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const path of PAGES) {
    test(`${path} in ${colorScheme}`, async ({ page }) => {
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).host));
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await page.waitForLoadState('networkidle');
      expect(await findings(page)).toEqual([]);
      expect([...hosts].filter((host) => host !== new URL(page.url()).host && host !== '')).toEqual([]);
    });
  }
}
