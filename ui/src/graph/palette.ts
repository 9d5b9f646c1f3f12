/** Colours of the canvas, read from the style sheet: a canvas knows no custom properties. */
import { STATE_TYPES, type StateType } from '@/lib/state';

export type Palette = {
  state: Record<StateType, string>;
  text: string;
  muted: string;
  line: string;
  surface: string;
  raised: string;
  accent: string;
  onState: string;
  font: string;
};

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim() || '#888888';
  const state = Object.fromEntries(
    STATE_TYPES.map((type) => [type, read(`--state-${type.toLowerCase()}`)]),
  ) as Record<StateType, string>;
  return {
    state,
    text: read('--text'),
    muted: read('--text-muted'),
    line: read('--line'),
    surface: read('--surface'),
    raised: read('--raised'),
    accent: read('--accent'),
    onState: read('--on-state'),
    font: style.fontFamily || 'sans-serif',
  };
}
