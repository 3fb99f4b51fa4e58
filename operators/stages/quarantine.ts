import { PipelineError, type PipelineErrorCode } from '../errors.ts';
import type { BadSample, RepairedSample, Sample } from '../types.ts';
import { counted } from '../message-words.ts';

/** A sample that cannot be used, and why. */
export interface BadEntry {
  readonly sample: Sample;
  readonly error: PipelineError;
}

/** Quarantine of one run: the images that could not be used, each id once. */
export interface Quarantine {
  /** Notes that a sample was tried, readable or not. */
  tried(sample: Sample): void;
  /** True when this sample is known to be bad, so that it need not be read again. */
  has(sample: Sample): boolean;
  /**
   * Adds a sample that cannot be read or decoded, or whose vector cannot be used.
   * @throws {PipelineError} `ERR_TOO_MANY_BAD` when the share of bad ones is above the limit.
   */
  add(sample: Sample, error: PipelineError): void;
  /** Adds those of a batch, then looks at the share. @throws As `add`. */
  addAll(entries: readonly BadEntry[]): void;
  /** All bad samples, sorted by id. */
  list(): readonly BadSample[];
  /**
   * Notes that a sample is used after a repair of its file in memory; each id once.
   *
   * @param what What was repaired.
   */
  addRepaired(sample: Sample, what: string): void;
  /** All repaired samples, sorted by id. */
  listRepaired(): readonly RepairedSample[];
  /** Ids that were known to be bad, were tried again and could be used, sorted. */
  recovered(): readonly string[];
}

/** Limits of bad samples. */
export interface QuarantineOptions {
  /** Samples in the dataset, 1 or more. */
  readonly count: number;
  /** Highest share of bad samples that a run accepts, 0 to 1. @default 0.2 */
  readonly maxInvalid?: number | undefined;
  /** Bad samples known from an earlier part of the run. */
  readonly known?: readonly BadSample[] | undefined;
  /** Samples that the earlier part of the run tried, of which the known ones are a share. @default 0 */
  readonly triedBefore?: number | undefined;
  /** Try the known ones again when they come: one that can be read now is bad no more. @default false */
  readonly retry?: boolean | undefined;
  /** Repaired samples known from an earlier part of the run. @default none */
  readonly knownRepaired?: readonly RepairedSample[] | undefined;
}

/** Minimum sample size of the share: one of fewer says little about the store. */
const leastTried = 1000;

/**
 * Circuit breaker for bad samples: collects them and stops the run when there are too many.
 *
 * The share is taken of the samples tried so far, or of the first 1,000 (of all, in a smaller dataset)
 * while fewer were tried: three bad files in a row at the start do not end a run over a large store.
 *
 * Memory: the id and message of each bad sample, so at most `maxInvalid` of the ids of the store.
 *
 * @throws {RangeError} When `maxInvalid` is not from 0 to 1.
 * @throws {PipelineError} `ERR_TOO_MANY_BAD`, at the call, when those known are too many already.
 * @example
 * ```ts
 * const bad = quarantine({ count: 1000, maxInvalid: 0.01 });
 * const broken = { id: 'cat/7.jpg', label: 0 };
 * bad.tried(broken);
 * bad.add(broken, new PipelineError('ERR_DECODE', 'Cannot decode `cat/7.jpg`'));
 * console.table(bad.list());
 * ```
 */
export function quarantine(options: QuarantineOptions): Quarantine {
  const { count, maxInvalid = 0.2, known = [], knownRepaired = [] } = options;
  const { retry = false, triedBefore = 0 } = options;
  if (!(maxInvalid >= 0 && maxInvalid <= 1)) {
    throw new RangeError(`Expected \`maxInvalid\` to be from 0 to 1, got \`${maxInvalid}\``);
  }
  const bad = new Map(known.map((sample) => [sample.id, sample]));
  const repaired = new Map(knownRepaired.map((sample) => [sample.id, sample]));
  const toRetry = new Set(retry ? bad.keys() : []);
  let tries = triedBefore;
  const base = (): number => Math.min(count, Math.max(tries, leastTried));
  const areTooMany = (): boolean => bad.size > maxInvalid * base();
  if (!retry && areTooMany()) throw tooManyKnown(bad.size, { base: base(), count, maxInvalid });
  const addAll = (entries: readonly BadEntry[]): void => {
    const unknown = entries.filter(({ sample }) => !bad.has(sample.id));
    for (const { sample, error } of unknown) bad.set(sample.id, badSample(sample, error));
    const last = unknown.at(-1);
    if (last !== undefined && areTooMany()) {
      throw tooManyBad([...bad.values()], { last, base: base(), count, maxInvalid });
    }
  };
  return {
    tried({ id }) {
      tries += 1;
      // It is bad again when it fails again.
      if (toRetry.delete(id)) bad.delete(id);
    },
    has: ({ id }) => bad.has(id) && !toRetry.has(id),
    add: (sample, error) => addAll([{ sample, error }]),
    addAll,
    list: () => sortedById(bad),
    addRepaired({ id }, what) {
      const message = `Repaired \`${id}\` in memory: ${what}`;
      repaired.set(id, { id, stage: 'decode', code: 'REPAIRED', message });
    },
    listRepaired: () => sortedById(repaired),
    recovered: () => (retry ? known.map(({ id }) => id).filter((id) => !bad.has(id)) : []).sort(),
  };
}

const stages: Readonly<Partial<Record<PipelineErrorCode, BadSample['stage']>>> = {
  ERR_READ: 'read',
  ERR_NOT_FINITE: 'encode',
  ERR_ZERO_VECTOR: 'encode',
};

function badSample({ id }: Sample, { code, message }: PipelineError): BadSample {
  return { id, stage: stages[code] ?? 'decode', code, message };
}

/** What a share of bad samples was found of. */
interface FoundBad {
  readonly last: BadEntry;
  /** Samples that it is a share of: those that were tried, or so. */
  readonly base: number;
  readonly count: number;
  readonly maxInvalid: number;
}

/** Speaks of the store, or of the model when most of the bad ones are vectors. */
function tooManyBad(bad: readonly BadSample[], found: FoundBad): PipelineError {
  const { last, base, count, maxInvalid } = found;
  const { sample, error } = last;
  const vectors = bad.filter(({ stage }) => stage === 'encode').length;
  const text =
    2 * vectors > bad.length
      ? `${counted(vectors)} of ${images(base, count)} gave vectors with NaN or infinity, or of a length below 1e-12, more than ` +
        `\`maxInvalid: ${maxInvalid}\` allows. The last one: ${error.message}. Give another model, or the ` +
        'preprocessing that it was made with; or raise the limit.'
      : `${counted(bad.length)} of ${images(base, count)} cannot be used, more than \`maxInvalid: ${maxInvalid}\` allows. ` +
        `${lastOne(last)}. Repair the images, or raise the share that is allowed.`;
  return new PipelineError('ERR_TOO_MANY_BAD', text, {
    sample: sample.id,
    cause: error,
    options: ['maxInvalid', ...error.options],
  });
}

function lastOne({ sample, error }: BadEntry): string {
  // Most messages name their image.
  const name = `\`${sample.id}\``;
  const which = error.message.includes(name) ? 'The last one' : `The last one is ${name}`;
  return `${which}: ${error.message}`;
}

function tooManyKnown(bad: number, found: Omit<FoundBad, 'last'>): PipelineError {
  const { base, count, maxInvalid } = found;
  return new PipelineError(
    'ERR_TOO_MANY_BAD',
    `${counted(bad)} of ${images(base, count)} could not be used before, more than \`maxInvalid: ${maxInvalid}\` allows. ` +
      'Raise the limit, or repair them and try them again with `retryBad: true`.',
    { options: ['maxInvalid', 'retryBad'] },
  );
}

/** The images of a share: all of them, or about so many. */
function images(base: number, count: number): string {
  return base === count ? counted(count, 'image') : `about ${counted(base, 'image')}`;
}

function sortedById<T extends { readonly id: string }>(samples: ReadonlyMap<string, T>): T[] {
  return [...samples.values()].toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
