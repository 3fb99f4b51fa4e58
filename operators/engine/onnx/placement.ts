import { type LoweringTarget, portableTarget, standardTarget } from './lowering-target.ts';

/** What a session can compute on. */
export type DeviceName = 'cpu' | 'webgpu' | 'cuda';

/** Where sessions compute. */
export interface Computing {
  readonly device: DeviceName;
  /** Threads that compute an operator together on the processor, 1 or more. */
  readonly threads: number;
}

/** Where sessions compute, and for whom their models are written. */
export interface Placement extends Computing {
  readonly target: LoweringTarget;
}

/** The processor, in standard operators. */
export function standardPlacement(threads: number): Placement {
  return { device: 'cpu', threads, target: standardTarget };
}

/** A device, in the operators that every device has; the processor in standard ones. */
export function placementOn({ device, threads }: Computing): Placement {
  return { device, threads, target: device === 'cpu' ? standardTarget : portableTarget };
}
