/** The command palette: what other features may use of it. */
export { CommandPalette } from './CommandPalette';
export { openPalette } from './palette-state';
