/** What the mock plays: a busy server, an empty one, or trouble. */

export const SCENARIOS = ['busy', 'empty', 'error', 'away', 'slow'] as const;
export type Scenario = (typeof SCENARIOS)[number];

const KEY = 'milliways.mock.scenario';

let chosen: Scenario | undefined;

function stored(): Scenario {
  const value = typeof localStorage === 'undefined' ? null : localStorage.getItem(KEY);
  return SCENARIOS.find((scenario) => scenario === value) ?? 'busy';
}

export const currentScenario = (): Scenario => {
  chosen ??= stored();
  return chosen;
};

/** Changes what is played from now on; used by tests through `window.mock`. */
export const setScenario = (scenario: Scenario): void => {
  chosen = scenario;
};
