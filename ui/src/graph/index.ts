/** The run graph: what pages may use of it. The dependency graph is loaded by itself. */

export { layOut } from './blocks';
export { GraphTable } from './GraphTable';
export { buildModel, type GraphModel, type Item } from './model';
export { type GraphHandle, Timeline } from './Timeline';
