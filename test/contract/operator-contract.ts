import type { ExecutionContext } from 'ava';
import { EMPTY, NEVER, Observable, Subject, type OperatorFunction } from 'rxjs';

/**
 * What the contract needs to know of an operator: the laws of Reactive Streams that survive the move
 * to "one emission for each plan, in order".
 */
export interface OperatorCase<I = never, O = unknown> {
  /** Makes the operator on real parts; `close` frees them. */
  open(): Promise<{
    readonly operator: OperatorFunction<I, O>;
    readonly close: () => Promise<void>;
  }>;
  /** The input of plan `seq`. */
  input(seq: number): I | Promise<I>;
  /** Which plan an output belongs to. */
  seqOf(output: O): number;
  /** An input that makes the operator fail; left out when there is none. */
  broken?(): I | Promise<I>;
  /** The operator allows one live subscription and refuses a second. */
  readonly exclusive?: boolean;
}

interface Seen<O> {
  readonly values: O[];
  readonly errors: unknown[];
  completed: number;
  /** Emissions that came after the end. */
  late: number;
  /** Emissions that began while another was being delivered. */
  nested: number;
  readonly ended: Promise<void>;
  unsubscribe(): void;
}

/** Feeds `source` through the operator of a case and records everything that may be observed. */
function observe<O>(output$: Observable<O>): Seen<O> {
  let end!: () => void;
  let busy = false;
  const seen: Seen<O> = {
    values: [],
    errors: [],
    completed: 0,
    late: 0,
    nested: 0,
    ended: new Promise((resolve) => (end = resolve)),
    unsubscribe: () => subscription.unsubscribe(),
  };
  const subscription = output$.subscribe({
    next(value) {
      if (busy) seen.nested += 1;
      busy = true;
      if (seen.completed + seen.errors.length > 0) seen.late += 1;
      seen.values.push(value);
      busy = false;
    },
    error(error: unknown) {
      seen.errors.push(error);
      end();
    },
    complete() {
      seen.completed += 1;
      end();
    },
  });
  return seen;
}

const many = 6;

/** All laws for one operator. Every part that a law opened is closed before it returns. */
export const laws: Readonly<
  Record<string, (t: ExecutionContext, subject: OperatorCase<unknown>) => Promise<void>>
> = {
  async 'emits nothing without input, and does not end'(t, subject) {
    const { operator, close } = await subject.open();
    const seen = observe(NEVER.pipe(operator));
    await turn();
    t.deepEqual([seen.values.length, seen.errors.length, seen.completed], [0, 0, 0]);
    seen.unsubscribe();
    await close();
  },

  async 'completes with an empty source'(t, subject) {
    const { operator, close } = await subject.open();
    const seen = observe(EMPTY.pipe(operator));
    await seen.ended;
    t.deepEqual([seen.values.length, seen.errors, seen.completed], [0, [], 1]);
    await close();
  },

  async 'emits once for each plan, in order, one at a time, then completes'(t, subject) {
    const { operator, close } = await subject.open();
    const source = new Subject<unknown>();
    const seen = observe(source.pipe(operator));
    for (let seq = 0; seq < many; seq += 1) source.next(await subject.input(seq));
    source.complete();
    await seen.ended;
    t.deepEqual(seen.errors, []);
    t.deepEqual(
      seen.values.map((value) => subject.seqOf(value)),
      [...Array(many).keys()],
    );
    t.deepEqual([seen.completed, seen.late, seen.nested], [1, 0, 0]);
    await close();
  },

  async 'emits a plan without waiting for the next one'(t, subject) {
    const { operator, close } = await subject.open();
    const source = new Subject<unknown>();
    const first = new Promise<unknown>((resolve, reject) => {
      source.pipe(operator).subscribe({ next: resolve, error: reject });
    });
    source.next(await subject.input(0));
    t.is(subject.seqOf(await first), 0);
    source.complete();
    await close();
  },

  async 'passes on an error of the source at once, also with plans inside'(t, subject) {
    const { operator, close } = await subject.open();
    const source = new Subject<unknown>();
    const seen = observe(source.pipe(operator));
    source.next(await subject.input(0));
    const error = new Error('source');
    source.error(error);
    t.deepEqual(seen.errors, [error]);
    await turn();
    t.is(seen.late, 0);
    await close();
  },

  async 'stops the source and emits nothing more when unsubscribed, also twice'(t, subject) {
    const { operator, close } = await subject.open();
    let stopped = 0;
    const source = new Subject<unknown>();
    const watched = new Observable<unknown>((subscriber) => {
      const inner = source.subscribe(subscriber);
      return () => {
        stopped += 1;
        inner.unsubscribe();
      };
    });
    const seen = observe(watched.pipe(operator));
    source.next(await subject.input(0));
    const before = seen.values.length;
    seen.unsubscribe();
    seen.unsubscribe();
    t.is(stopped, 1);
    await close();
    t.deepEqual([seen.values.length, seen.errors, seen.completed], [before, [], 0]);
  },

  async 'keeps two subscriptions apart, or refuses the second'(t, subject) {
    const { operator, close } = await subject.open();
    const sources = [new Subject<unknown>(), new Subject<unknown>()] as const;
    const seen = sources.map((source) => observe(source.pipe(operator)));
    if (subject.exclusive === true) {
      t.like(seen[1]!.errors[0], { code: 'ERR_CONTRACT' });
      t.deepEqual(seen[0]!.errors, []);
      sources[0].complete();
      await seen[0]!.ended;
    } else {
      sources[0].next(await subject.input(0));
      sources[0].complete();
      await seen[0]!.ended;
      t.deepEqual([seen[1]!.values.length, seen[1]!.completed], [0, 0]);
      sources[1].next(await subject.input(0));
      sources[1].complete();
      await seen[1]!.ended;
      t.deepEqual([seen[0]!.values.length, seen[1]!.values.length], [1, 1]);
    }
    await close();
  },

  async 'turns a failure into one error and stops the source'(t, subject) {
    if (subject.broken === undefined) {
      t.pass('no input makes this operator fail');
      return;
    }
    const { operator, close } = await subject.open();
    const source = new Subject<unknown>();
    const seen = observe(source.pipe(operator));
    source.next(await subject.broken());
    await seen.ended;
    t.is(seen.errors.length, 1);
    t.false(source.observed);
    await close();
  },
};

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
