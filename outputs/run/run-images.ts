import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { changedImages, type Fingerprint, parsedLine } from '../../operators/fingerprint.ts';
import type { BadSample } from '../../operators/types.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { changedMeanwhile, otherImages } from '../files/other-images.ts';

/** The name of the file in a run folder that says what its images were. */
export const imagesName = 'images.json';

/** Images of a run, by which it is never continued onto others under the same names. */
export interface RunImages {
  /** Where they are, for messages. */
  readonly name: string;
  /** `Dataset.hash`. */
  readonly hash: string;
  readonly fingerprint: Fingerprint;
  /** Ids among some that were drawn in the first steps; asked only about images that have changed. @default all */
  readonly drawn?:
    ((ids: readonly string[], steps: number) => Promise<readonly string[]>) | undefined;
}

/** A run that goes on. */
export interface ContinuedRun {
  /** Steps behind its checkpoint. */
  readonly step: number;
  /** Images that it could not use: these may have been repaired. */
  readonly bad: readonly BadSample[];
}

/** Images of a run as they were known before, compared with those of now. */
export interface ComparedImages {
  readonly fingerprint: Fingerprint;
  readonly notes: readonly string[];
}

/**
 * Checks that images under the same names are those that a run was begun with, as far as the fingerprints say.
 *
 * Images that could not be used may have been repaired, and images that were not drawn yet may have changed. A run from
 * before there were fingerprints, and one of other names, which its configuration refuses, know none.
 *
 * @throws {PipelineError} `ERR_CONFIG`, naming an image; `ERR_FORMAT`.
 */
export async function comparedImages(
  folder: string,
  now: RunImages,
  { step, bad }: ContinuedRun,
): Promise<ComparedImages> {
  const before = await readRunImages(folder);
  if (before === undefined || before.hash !== now.hash) {
    return { fingerprint: now.fingerprint, notes: [] };
  }
  const unused = new Set(bad.map(({ id }) => id));
  const changed = changedImages(before.fingerprint, now.fingerprint).filter(
    (id) => !unused.has(id),
  );
  const drawn = changed.length === 0 || step === 0 ? [] : await drawnOf(now, changed, step);
  if (drawn.length > 0) {
    throw otherImages(folder, drawn, { before: before.name, now: now.name, when: trained });
  }
  return {
    fingerprint: mergedLines(before.fingerprint, now.fingerprint, unused),
    notes: changed.length === 0 || step === 0 ? [] : [changedMeanwhile(changed, meanwhile)],
  };
}

async function drawnOf(
  { drawn }: RunImages,
  changed: readonly string[],
  step: number,
): Promise<readonly string[]> {
  return drawn === undefined ? changed : await drawn(changed, step);
}

/**
 * Lines of now, those of before for images that cannot be read now, and none for images that could not be used: what they
 * hold when they are tried again, only that step knows.
 */
function mergedLines(
  before: Fingerprint,
  now: Fingerprint,
  unused: ReadonlySet<string>,
): Fingerprint {
  const known = new Map(before.map((line) => [parsedLine(line).id, line]));
  return now.flatMap((line) => {
    const { id, sum } = parsedLine(line);
    if (unused.has(id)) return [];
    return [sum === 'unreadable' ? (known.get(id) ?? line) : line];
  });
}

/** Writes what the images of a run are. @throws {PipelineError} `ERR_WRITE`. */
export async function writeRunImages(
  folder: string,
  { name, hash, fingerprint }: Pick<RunImages, 'name' | 'hash' | 'fingerprint'>,
): Promise<void> {
  const file = path.join(folder, imagesName);
  await writeAtomicJson(file, { format, version: 1, name, hash, fingerprint });
}

const format = 'sincere-run-images';

type SavedImages = Pick<RunImages, 'name' | 'hash' | 'fingerprint'>;

/** Reads what the images of a run were; undefined of runs from before. @throws {PipelineError} `ERR_FORMAT`. */
async function readRunImages(folder: string): Promise<SavedImages | undefined> {
  const file = path.join(folder, imagesName);
  const saved = await readJsonObject(file);
  if (saved === undefined) return undefined;
  const { version, name, hash, fingerprint } = saved;
  const isWhole =
    saved['format'] === format &&
    version === 1 &&
    typeof name === 'string' &&
    typeof hash === 'string' &&
    Array.isArray(fingerprint) &&
    fingerprint.every((line) => typeof line === 'string' && line.includes('  '));
  if (isWhole) return { name, hash, fingerprint: fingerprint as string[] };
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${file}\` does not say what the images of a run were. Remove it, and the run goes on with the images of today.`,
    { path: file },
  );
}

const trained = 'when this run was trained on it';

const meanwhile = {
  since: 'Changed since the run began, before it was drawn',
  taken: 'used',
};
