/** Device of a session. */
export type DeviceName = 'cpu' | 'webgpu' | 'cuda';

/** Compute resources of a session. */
export interface Computing {
  readonly device: DeviceName;
  /** Threads that compute an operator together on the processor, 1 or more. */
  readonly threads: number;
}
