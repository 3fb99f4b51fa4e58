/** Numbers that a barrier needs in shared memory, zeros at first. */
export const barrierNumbers = 2;

/** Spin count: looks so often before it sleeps, as the others are mostly done within microseconds. */
const looks = 2000;

/**
 * Barrier: blocks this thread until all `workers` have come here, as often as they do. Worker threads only.
 *
 * @param state `[barrierNumbers]` int32 in memory that the workers share: how many have come, and how often all had.
 */
export function barrier(state: Int32Array, workers: number): void {
  if (workers === 1) return;
  const times = Atomics.load(state, 1);
  if (Atomics.add(state, 0, 1) === workers - 1) {
    Atomics.store(state, 0, 0);
    Atomics.add(state, 1, 1);
    Atomics.notify(state, 1);
    return;
  }
  for (let look = 0; look < looks; look += 1) {
    if (Atomics.load(state, 1) !== times) return;
  }
  while (Atomics.load(state, 1) === times) Atomics.wait(state, 1, times);
}
