import type { ScopedRun } from '../../operators/flow/run-scope.ts';

/** Signals that ask a run to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Source of signals: the process. */
export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

/** Options of `stopOnSignals`: how a run is ended from outside. */
export interface InterruptOptions {
  readonly signals: SignalSource;
  /** Tells the user at once that a signal has arrived. */
  readonly say: (text: string) => void;
  /** The command that goes on where the run stopped; undefined when nothing can be continued. */
  readonly continueWith?: string | undefined;
  /** What a run has come to when it is stopped is a result, though it cannot be continued. @default false */
  readonly partial?: boolean | undefined;
  /** Milliseconds on any clock that does not go back. @default performance.now */
  readonly now?: (() => number) | undefined;
}

/** State of interruption: what became of the signals. */
export interface Interrupts {
  /** 0 before any signal, 1 when the run was asked to stop, 2 when it was aborted. */
  readonly strength: 0 | 1 | 2;
  /** Error that the output of an aborted run fails with. */
  readonly reason: unknown;
}

/** Debounce time: one press of Ctrl-C can arrive more than once, from the terminal and from the parent process. */
const samePressMs = 250;

/**
 * Ends a run on SIGINT and SIGTERM: the first drains and saves, the second aborts.
 *
 * A run that can neither be continued nor has a result before its end is aborted by the first. The signal after that has its usual effect and ends
 * the process. Handlers are removed when the run is closed.
 */
export function stopOnSignals(
  run: Pick<ScopedRun<unknown>, 'stop' | 'abort' | 'closed'>,
  { signals, say, continueWith, partial = false, now = () => performance.now() }: InterruptOptions,
): Interrupts {
  const reason = new DOMException('The run was interrupted', 'AbortError');
  let strength: 0 | 1 | 2 = 0;
  let last = Number.NEGATIVE_INFINITY;
  let leaving: NodeJS.Timeout | undefined;

  const leave = (): void => {
    clearTimeout(leaving);
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
  };
  const onSignal = (signal: StopSignal): void => {
    const at = now();
    if (strength === 2 || at - last < samePressMs) return;
    last = at;
    if (strength === 0 && (continueWith !== undefined || partial)) {
      strength = 1;
      const saving = continueWith === undefined ? '' : ' and saving';
      say(`${signal}: finishing what is in flight${saving}; once more to stop at once`);
      if (continueWith !== undefined) say(`continue with: ${continueWith}`);
      run.stop();
      return;
    }
    strength = 2;
    // Not at once: an echo of this press would end the process before everything is closed.
    leaving = setTimeout(leave, samePressMs);
    say(`${signal}: stopping at once${partial ? '' : '; what was saved stays'}`);
    run.abort(reason);
  };

  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);
  // Only to take the handlers off: whoever follows the run hears of its failure.
  run.closed.then(leave, leave);
  return {
    get strength() {
      return strength;
    },
    reason,
  };
}
