/** What a session can compute on. */
export type DeviceName = 'cpu' | 'webgpu' | 'cuda';

/** With what a session computes. */
export interface Computing {
  readonly device: DeviceName;
  /** Threads that compute an operator together on the processor, 1 or more. */
  readonly threads: number;
}
