/** What every browser test needs: a page that plays a scenario, known ids, screenshots. */
import { test as base, expect, type Page } from '@playwright/test';
import type { Scenario } from '../mock/scenario';

export { KNOWN } from '../mock/known';
export { expect };

type Fixtures = { play: (scenario: Scenario) => Promise<void>; problems: string[] };

export const test = base.extend<Fixtures>({
  /** Says what the mock server plays from the next load on. */
  play: async ({ page }, use) => {
    await use(async (scenario) => {
      await page.addInitScript((value) => localStorage.setItem('milliways.mock.scenario', value), scenario);
    });
  },
  /** Errors that the page threw. Every test fails on one. */
  problems: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      await use(problems);
      expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});

/** Changes what the mock server plays, now. */
export const switchTo = (page: Page, scenario: Scenario): Promise<void> =>
  page.evaluate(
    (value) => (window as unknown as { mock: { setScenario: (s: string) => void } }).mock.setScenario(value),
    scenario,
  );

/** A picture to be looked at, in `test-results/`. */
export const picture = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: `test-results/${name}.png`, animations: 'disabled' });
