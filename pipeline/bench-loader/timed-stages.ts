import { defer, type MonoTypeOperatorFunction, type OperatorFunction, tap } from 'rxjs';
import type { StageClock } from './stage-times.ts';

/** Plans, with the time that each takes told to the clock. */
export async function* timedPlans<P>(
  plans: AsyncIterable<P>,
  clock: StageClock,
): AsyncGenerator<P, void, undefined> {
  let began = performance.now();
  for await (const plan of plans) {
    clock.add('plan', performance.now() - began);
    yield plan;
    began = performance.now();
  }
}

/** A synchronous stage, with the time that it takes told to the clock. */
export function timedStage<T, R>(
  stage: OperatorFunction<T, R>,
  clock: StageClock,
  name: 'pack',
): OperatorFunction<T, R> {
  return (source$) =>
    defer(() => {
      let began = 0;
      const begin: MonoTypeOperatorFunction<T> = tap(() => (began = performance.now()));
      const end: MonoTypeOperatorFunction<R> = tap(() =>
        clock.add(name, performance.now() - began),
      );
      return source$.pipe(begin, stage, end);
    });
}
