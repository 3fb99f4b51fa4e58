// Flow control for RxJS: demand, order, permits, the life of a run. Loads nothing but RxJS.

export { withDemand } from './flow/with-demand.ts';
export { perSample } from './flow/per-sample.ts';
export { mapInOrder } from './flow/map-in-order.ts';
export { mapInTurn } from './flow/map-in-turn.ts';
export { beforeComplete } from './flow/before-complete.ts';
export { permits } from './flow/permits.ts';
export type { Permits } from './flow/permits.ts';
export { runScoped } from './flow/run-scope.ts';
export type { RunScope, ScopedRun } from './flow/run-scope.ts';
