/** Progress of a run. */
export interface RunProgress<S = null> {
  readonly kind: 'progress';
  /** Name of the part under way, such as `train`. A new label begins a new part with a count of its own. */
  readonly label: string;
  /** Steps, batches or whatever else `total` counts, up to now. */
  readonly done: number;
  /** Undefined when it is not known. */
  readonly total?: number | undefined;
  /** Unit of the throughput, counted a second, such as `images`. */
  readonly unit: string;
  /** Number of `unit` up to now. @default done */
  readonly amount?: number | undefined;
  /** Of `done` steps, or of the rows of an export, how many stay when the run is aborted after this event. */
  readonly kept?: number | undefined;
  /** Milliseconds of work behind this event; the rest of the time counts as waiting for it. */
  readonly busyMs?: number | undefined;
  /** A few words, such as the loss. */
  readonly detail?: string | undefined;
  /** Result of the step, such as a training step with its read-outs; null where there is nothing to tell. */
  readonly step: S;
}

/** Subject of a note that a run begins with: the images that it found, or what is computed with them. */
export type OpeningSubject = 'data' | 'work';

/** Something a person should know that is no error, such as a lock that was taken over. */
export interface RunNote {
  readonly kind: 'note';
  readonly text: string;
  /** Of a note that says what a run begins with, before its first step: what of. @default none of these */
  readonly opening?: OpeningSubject | undefined;
  /** Options of the library that the text names, each in backticks: `` `resume` `` or `` `resume: true` ``. */
  readonly options: readonly string[];
}

/** Result of a run: its last event. */
export interface RunResult<R> {
  readonly kind: 'result';
  readonly result: R;
}

/**
 * Event of a run: progress and notes in any order, then its result.
 *
 * @typeParam R The result.
 * @typeParam S The `step` of its progress.
 */
export type RunEvent<R, S = null> = RunProgress<S> | RunNote | RunResult<R>;

/**
 * Note callback, with the options of the library that the note names, and with what it is of where it says what a run
 * begins with; also while a run is being opened. A text that was told already is not told again.
 */
export type TellNote = (
  text: string,
  options?: readonly string[],
  opening?: OpeningSubject,
) => void;
