import { availableCores } from '../../operators/threads/available-cores.ts';
import { permits, type Permits } from '../../operators/flow/permits.ts';

/** Native decodes at the same time in this process: decoding is bound by the cores. */
export const decodePermits: Permits = permits(availableCores());

/** Reads at the same time in this process: reading waits more than it computes. */
export const readPermits: Permits = permits(32);
