import { changedImages, fingerprintPositions, parsedLine } from '../../operators/fingerprint.ts';
import { datasetIdentity, type ExportIdentity } from './export-identity.ts';
import type { ExportWords } from './export-kind.ts';
import type { ExportManifest, ExportPart } from './export-manifest.ts';
import { changedMeanwhile, type ComparedNames } from '../files/other-images.ts';
import { ofOtherImages } from './export-refusals.ts';

/** An export whose images can be compared with those of another of the same dataset. */
type Compared = Pick<ExportIdentity, 'dataset'> & {
  readonly parts?: readonly ExportPart[] | undefined;
};

/**
 * Ids of images that are others in one of two exports of the same names, as far as their fingerprints say. An image in
 * quarantine may have been repaired, and is none of them.
 */
export function otherImagesOf(before: Compared, now: Compared): string[] {
  const changed = changedImages(before.dataset.fingerprint ?? [], now.dataset.fingerprint ?? []);
  if (changed.length === 0) return [];
  const parts = [...(before.parts ?? []), ...(now.parts ?? [])];
  const bad = new Set(parts.flatMap((part) => part.bad.map(({ id }) => id)));
  return changed.filter((id) => !bad.has(id));
}

/** Images that an export goes on with. */
export interface ContinuedImages {
  /** What has changed since it was begun, for the user. */
  readonly notes: readonly string[];
  readonly dataset: ExportIdentity['dataset'];
}

/**
 * Checks that images under the same names are those of the manifest, as far as the fingerprints say.
 *
 * A whole export goes on with images that have changed before they had a row, and says so; so does a shard that has no
 * part yet. What one shard has read another one cannot know: it is refused.
 *
 * @throws {PipelineError} `ERR_CONFIG`, naming an image.
 */
export function continuedImages(
  kind: { readonly words: ExportWords },
  folder: string,
  before: ExportManifest,
  now: ExportIdentity,
): ContinuedImages {
  const names = { before: before.dataset.name, now: now.dataset.name };
  const changed = otherImagesOf(before, now);
  const isOfOthers = 'shard' in before && before.parts.length > 0;
  const others = isOfOthers ? changed : changed.filter(isExported(before, now));
  if (others.length > 0) throw ofOtherImages(kind, folder, others, names);
  const isNew = before.parts.length === 0;
  const { version } = now.dataset;
  const known = changed.length === 0 ? before.dataset.fingerprint : undefined;
  const fingerprint = known ?? now.dataset.fingerprint;
  return {
    notes: [
      ...(names.before === names.now || isNew ? [] : [moved(folder, names)]),
      ...(changed.length === 0 || isNew ? [] : [changedMeanwhile(changed, meanwhile(kind.words))]),
    ],
    dataset: isNew ? now.dataset : datasetIdentity({ ...before.dataset, version }, fingerprint),
  };
}

function meanwhile({ one, make }: ExportWords): { readonly since: string; readonly taken: string } {
  const since = `Changed since the ${one} was begun, before it had a row`;
  return { since, taken: `${make}${make.endsWith('e') ? 'd' : 'ed'}` };
}

/** True of the images of finished parts. */
function isExported(before: ExportManifest, { dataset }: ExportIdentity): (id: string) => boolean {
  const end = before.parts.reduce((sum, { positions }) => sum + positions, 0);
  const positions = fingerprintPositions(dataset);
  const lines = dataset.fingerprint ?? [];
  const done = lines.filter((_, at) => positions[at]! < end).map((line) => parsedLine(line).id);
  const ids = new Set(done);
  return (id) => ids.has(id);
}

function moved(folder: string, { before, now }: ComparedNames): string {
  return `\`${folder}\` was begun from \`${before}\`; \`${now}\` holds the same images, and it goes on with them.`;
}
