/** Light or dark: the system's choice unless the reader made one, which is remembered. */
import { useSyncExternalStore } from 'react';
import { createStore } from './store';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const KEY = 'milliways.theme';

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

const systemIsDark = () => window.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false;
const resolve = (choice: ThemeChoice): Theme =>
  choice === 'system' ? (systemIsDark() ? 'dark' : 'light') : choice;

const choiceStore = createStore<ThemeChoice>(readChoice());
const themeStore = createStore<Theme>(resolve(choiceStore.get()));

function apply(): void {
  const theme = resolve(choiceStore.get());
  document.documentElement.dataset.theme = theme;
  themeStore.set(theme);
}

export function setThemeChoice(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  choiceStore.set(choice);
  apply();
}

/** Follows the system from now on; called once when the page starts. */
export function watchSystemTheme(): void {
  window.matchMedia?.('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(choiceStore.subscribe, choiceStore.get);
export const useTheme = (): Theme => useSyncExternalStore(themeStore.subscribe, themeStore.get);
