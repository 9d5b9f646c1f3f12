/** What a log view remembers in the address, and the levels there are. */
import { readOneOf, readText } from '@/lib/search';

export const LEVELS = [
  { value: 'all', label: 'All levels', least: 0 },
  { value: 'debug', label: 'Debug and above', least: 10 },
  { value: 'info', label: 'Info and above', least: 20 },
  { value: 'warning', label: 'Warnings and above', least: 30 },
  { value: 'error', label: 'Errors and above', least: 40 },
] as const;

export type LevelChoice = (typeof LEVELS)[number]['value'];
export type LogSearch = { level?: LevelChoice; q?: string };

export const readLogSearch = (raw: Record<string, unknown>): LogSearch => ({
  level: readOneOf(
    raw.level,
    LEVELS.map((level) => level.value),
  ),
  q: readText(raw.q),
});

export const leastLevel = (choice: LevelChoice | undefined): number | undefined =>
  LEVELS.find((level) => level.value === choice)?.least || undefined;

/** The name of a level; one between two names is the lower one's. */
export function levelName(level: number): 'Debug' | 'Info' | 'Warning' | 'Error' | 'Critical' {
  if (level >= 50) return 'Critical';
  if (level >= 40) return 'Error';
  if (level >= 30) return 'Warning';
  return level >= 20 ? 'Info' : 'Debug';
}
