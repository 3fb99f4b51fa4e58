import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { changedImages, type Fingerprint, parsedLine } from '../../operators/fingerprint.ts';
import type { BadSample } from '../../operators/types.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { changedMeanwhile, otherImages } from '../files/other-images.ts';
import { isSameVersion } from '../files/same-version.ts';

/** The name of the file in a run folder that says what its images were. */
export const imagesName = 'images.json';

/** Images of a run, by which it is never continued onto others under the same names. */
export interface RunImages {
  /** Where they are, for messages. */
  readonly name: string;
  /** `Dataset.hash`. */
  readonly hash: string;
  /** `Dataset.version`: where that is the one of before, the images are the same, and none is read. @default unknown */
  readonly version?: string | undefined;
  /** Takes the fingerprint of the images as they are now. */
  readonly takeFingerprint: () => Promise<Fingerprint>;
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
 * Checks that images under the same names are those that a run was begun with: by their version, else as far as the
 * fingerprints say, so that a run goes on with the same images in another form.
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
  if (before !== undefined && isSameVersion(before, now)) {
    return { fingerprint: before.fingerprint, notes: [] };
  }
  const fingerprint = await now.takeFingerprint();
  if (before === undefined || before.hash !== now.hash) return { fingerprint, notes: [] };
  const unused = new Set(bad.map(({ id }) => id));
  const changed = changedImages(before.fingerprint, fingerprint).filter((id) => !unused.has(id));
  const drawn = changed.length === 0 || step === 0 ? [] : await drawnOf(now, changed, step);
  if (drawn.length > 0) {
    throw otherImages(folder, drawn, { before: before.name, now: now.name, when: trained });
  }
  return {
    fingerprint: mergedLines(before.fingerprint, fingerprint, unused),
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
  { name, hash, version: imagesVersion, fingerprint }: SavedImages,
): Promise<void> {
  const file = path.join(folder, imagesName);
  await writeAtomicJson(file, { format, version: 1, name, hash, imagesVersion, fingerprint });
}

const format = 'sincere-run-images';

/** What is kept of the images of a run. */
export type SavedImages = Pick<RunImages, 'name' | 'hash' | 'version'> &
  Pick<ComparedImages, 'fingerprint'>;

/** Reads what the images of a run were; undefined of runs from before. @throws {PipelineError} `ERR_FORMAT`. */
async function readRunImages(folder: string): Promise<SavedImages | undefined> {
  const file = path.join(folder, imagesName);
  const saved = await readJsonObject(file);
  if (saved === undefined) return undefined;
  const { version, name, hash, imagesVersion, fingerprint } = saved;
  const isWhole =
    saved['format'] === format &&
    version === 1 &&
    typeof name === 'string' &&
    typeof hash === 'string' &&
    ['string', 'undefined'].includes(typeof imagesVersion) &&
    Array.isArray(fingerprint) &&
    fingerprint.every((line) => typeof line === 'string' && line.includes('  '));
  if (isWhole) {
    const known = imagesVersion as string | undefined;
    return { name, hash, version: known, fingerprint: fingerprint as string[] };
  }
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
