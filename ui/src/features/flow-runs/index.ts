/** What other features may use of the flow runs. */
export { FlowName } from './run-columns';
export { RunTable } from './RunTable';
export { StatePicker } from './RunFilters';
