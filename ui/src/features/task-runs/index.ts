/** Task runs: what other features may use of them. */
export { TaskRunTable } from './TaskRunTable';
