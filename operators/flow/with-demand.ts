import { Observable, Subject } from 'rxjs';
import { PipelineError } from '../errors.ts';
import { atStandstill } from './at-standstill.ts';
import { counted } from '../message-words.ts';

/** Options of a demand gate. */
export interface DemandOptions {
  /** Plans in flight: pulled, and not yet emitted by the last stage. An integer of at least 1. */
  readonly window: number;
  /** Aborts the run: the output errors with the signal's reason and nothing more is pulled. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Graceful stop: no plan is pulled any more, what is in flight goes through, then the output
   * completes.
   */
  readonly draining?: AbortSignal | undefined;
  /**
   * Asked when the stages complete before their plans did: true where a stage has ended the run on purpose, such as
   * `trainStep` with `endBefore`. The plans inside are given up then, and the output completes. @default never
   */
  readonly ended?: (() => boolean) | undefined;
}

/**
 * Real backpressure for RxJS: pulls the next plan when the last stage has emitted.
 *
 * RxJS has no demand. `from(asyncIterable)` asks for the next value without waiting for anyone, and
 * `mergeMap` and `concatMap` queue what they cannot start. This gate is the one place where pull
 * becomes push. Before it everything is an `AsyncIterable`; after it every stage emits **exactly once
 * for each plan, in order**. So an emission of the last stage is the acknowledgement of one plan, and
 *
 * `plans in flight = pulled − emitted ≤ window`
 *
 * holds at every instant, whatever the stages queue, start or prefetch in between.
 *
 * ```
 *           ┌────────────── an emission asks for one more ──────────────┐
 *           ▼                                                           │
 * plans ─ pull ─ push ─► stage ─► stage ─► … ─► last stage ─► output ───┘
 * ```
 *
 * - One pull is outstanding at a time, and acknowledgements within one tick add up: the stack stays flat.
 * - An error, of the plans or of a stage, ends the run once. Never put `retry` around a gate: resume by cursor.
 * - When the output is unsubscribed, fails or drains, the iterator's `return` is called once.
 * - A stage that emits more than it was given, or completes before its plans did, is an `ERR_CONTRACT`. So is one that
 *   drops a plan: at the end of the plans, or, where the window is used up and nothing more is pulled, as soon as the
 *   event loop of the process runs empty.
 * - To end early, put `take` behind the gate; a stage that ends by itself says so by `ended`.
 *
 * @param plans Asked for an iterator at each subscription.
 * @param stages Called at each subscription.
 * @returns What the last stage emits. Cold: each subscription is a run of its own.
 * @throws {RangeError} When `window` is not an integer of at least 1.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 * import { planInOrder } from 'sincere-embeddings/operators';
 *
 * const plans = planInOrder(await openDataset('photos'), { batchSize: 64 });
 * const sizes$ = withDemand(plans, { window: 2 }, (plan$) =>
 *   plan$.pipe(mapInOrder(async ({ samples }) => samples.length)),
 * );
 * await sizes$.forEach((size) => console.log(size)); // at most two plans are under way
 * ```
 */
export function withDemand<P, R>(
  plans: AsyncIterable<P>,
  options: DemandOptions,
  stages: (plan$: Observable<P>) => Observable<R>,
): Observable<R> {
  const { window, signal, draining, ended: isMeant = () => false } = options;
  if (!Number.isInteger(window) || window < 1) {
    throw new RangeError(`Expected \`window\` to be an integer of at least 1, got \`${window}\``);
  }
  return new Observable<R>((subscriber) => {
    if (signal?.aborted === true) {
      subscriber.error(signal.reason);
      return undefined;
    }
    const iterator = plans[Symbol.asyncIterator]();
    const plan$ = new Subject<P>();
    let inFlight = 0;
    let pulling = false;
    // No more plans are wanted or there are none: the iterator is done with.
    let ended = false;

    const leaveSource = (): void => {
      if (ended) return;
      ended = true;
      // The run has its outcome already, which is the one to report: a failing `return` cannot change it.
      iterator.return?.()?.catch(() => {});
    };
    const fail = (error: unknown): void => {
      leaveSource();
      subscriber.error(error);
    };
    const pull = async (): Promise<void> => {
      if (pulling) return;
      pulling = true;
      try {
        while (!ended && inFlight < window) {
          const next = await iterator.next();
          if (ended) break;
          if (next.done === true) {
            ended = true;
            plan$.complete();
          } else {
            inFlight += 1;
            plan$.next(next.value);
          }
        }
      } catch (error) {
        // An iterator that threw is finished: it must not be returned as well.
        ended = true;
        subscriber.error(error);
      } finally {
        pulling = false;
      }
    };
    const drain = (): void => {
      if (ended) return;
      leaveSource();
      plan$.complete();
    };
    const abort = (): void => fail(signal!.reason);

    subscriber.add(leaveSource);
    // A plan that was dropped and one that takes its time look alike, until nothing is under way any more.
    subscriber.add(atStandstill(() => fail(standstill(inFlight, pulling))));
    subscriber.add(() => {
      signal?.removeEventListener('abort', abort);
      draining?.removeEventListener('abort', drain);
    });
    signal?.addEventListener('abort', abort, { once: true });
    draining?.addEventListener('abort', drain, { once: true });

    subscriber.add(
      stages(plan$).subscribe({
        next(result) {
          if (inFlight === 0) return fail(tooMany());
          inFlight -= 1;
          subscriber.next(result);
          void pull();
        },
        error: fail,
        complete() {
          const isEarly = !ended || inFlight > 0;
          if (isEarly && !isMeant()) return fail(tooSoon(inFlight));
          leaveSource();
          subscriber.complete();
        },
      }),
    );
    if (draining?.aborted === true) drain();
    void pull();
    return undefined;
  });
}

const law = 'Every stage after `withDemand` must emit exactly once for each plan.';

function broken(how: string): PipelineError {
  return new PipelineError('ERR_CONTRACT', `${how} ${law}`);
}

function tooMany(): PipelineError {
  return broken('A stage emitted more often than it was given plans.');
}

function tooSoon(missing: number): PipelineError {
  return broken(
    missing === 0
      ? 'The stages completed before the plans did: to end early, put `take` behind the gate, or say so by `ended`.'
      : `The stages completed with ${counted(missing, 'plan')} still inside.`,
  );
}

function standstill(missing: number, pulling: boolean): PipelineError {
  if (pulling) {
    return new PipelineError(
      'ERR_CONTRACT',
      'The plans neither go on nor end, and nothing is under way any more that could change that.',
    );
  }
  return broken(
    missing === 0
      ? 'The stages do not complete although all plans went through.'
      : `The stages do not go on with ${counted(missing, 'plan')} still inside: one was dropped.`,
  );
}
