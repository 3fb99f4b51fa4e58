import type { Computing } from './device-name.ts';
import { type LoweringTarget, portableTarget, standardTarget } from './graph/lowering-target.ts';

/** Device of sessions, and the lowering target of their models. */
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
