/** Logs: what other features may use of them. */
export { LogView } from './LogView';
export { type LogSearch, readLogSearch } from './log-search';
