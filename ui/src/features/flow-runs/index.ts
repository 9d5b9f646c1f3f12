/** What other features may use of the flow runs. */

export { RunTable } from './RunTable';
export { FlowName } from './run-columns';
