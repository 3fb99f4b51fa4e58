import { setTimeout as sleep } from 'node:timers/promises';
import { map, type OperatorFunction, pipe } from 'rxjs';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import type { PackedBatch } from '../../operators/types.ts';

/** A batch that a device is done with. */
export interface ConsumedBatch {
  readonly batch: PackedBatch;
  /** Milliseconds that the device has waited for it. */
  readonly waitedMs: number;
}

/** Options of `simulatedDevice`. */
export interface SimulatedDeviceOptions {
  /** Milliseconds that the device takes for a batch, 0 or more. */
  readonly stepMs: number;
  /** Milliseconds on any clock that does not go back. @default performance.now */
  readonly now?: (() => number) | undefined;
  /** @default that of Node */
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/**
 * Stage that takes `stepMs` for each batch as a device does, one after the other, and computes nothing.
 *
 * Its clock is its own: a batch begins when it has come and the one before it is done, `max(arrival, free)`. A timer that
 * fires late, as those of Node do by a millisecond, makes the device no slower.
 */
export function simulatedDevice(
  options: SimulatedDeviceOptions,
): OperatorFunction<PackedBatch, ConsumedBatch> {
  const { stepMs, now = () => performance.now(), wait = sleeping } = options;
  let freeAt: number | undefined;
  return pipe(
    map((batch) => ({ batch, arrivedAt: now() })),
    mapInTurn(async ({ batch, arrivedAt }, signal) => {
      const waitedMs = Math.max(0, arrivedAt - (freeAt ?? arrivedAt));
      freeAt = Math.max(arrivedAt, freeAt ?? arrivedAt) + stepMs;
      const left = freeAt - now();
      if (left > 0) await wait(left, signal);
      return { batch, waitedMs };
    }),
  );
}

async function sleeping(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
