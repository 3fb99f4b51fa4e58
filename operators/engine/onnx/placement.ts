import { type LoweringTarget, standardTarget } from './lowering-target.ts';

/** Where sessions compute, and for whom their models are written. */
export interface Placement {
  /** Threads that compute an operator together, 1 or more. */
  readonly threads: number;
  readonly target: LoweringTarget;
}

/** The processor, in standard operators. */
export function standardPlacement(threads: number): Placement {
  return { threads, target: standardTarget };
}
