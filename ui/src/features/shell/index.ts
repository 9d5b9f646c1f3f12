/** The frame around every page. */
export { AppShell } from './AppShell';
