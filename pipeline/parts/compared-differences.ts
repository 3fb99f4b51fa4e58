import type { ReadScores } from '../../outputs/tables/read-scores.ts';
import type { CommonImages } from '../../outputs/tables/common-images.ts';
import { counted } from '../../operators/message-words.ts';

/** A property of evaluations that is not the same in all of them, beside the weights. */
export interface ComparedDifference {
  readonly what: 'layer' | 'k' | 'training images';
  /** By the folder of each evaluation. */
  readonly values: Readonly<Record<string, string>>;
}

/** Properties in which evaluations differ, beside their weights: a difference of numbers may come from there. */
export function comparedDifferences(runs: readonly ReadScores[]): readonly ComparedDifference[] {
  const properties: Readonly<
    Record<ComparedDifference['what'], (run: ReadScores) => string | null>
  > = {
    layer: ({ layer }) => layer,
    k: ({ means }) =>
      [...means.keys()].flatMap((name) => /^knn(\d+)_accuracy$/u.exec(name)?.[1] ?? []).join(', '),
    // Unknown in evaluations of earlier versions.
    'training images': ({ trainImages }) => trainImages?.slice(0, 8) ?? null,
  };
  return Object.entries(properties).flatMap(([what, of]) => {
    const values = runs.map((run) => [run.path, of(run)] as const);
    const known = values.filter((value): value is [string, string] => value[1] !== null);
    if (new Set(known.map(([, value]) => value)).size < 2) return [];
    // A key of the table.
    return [{ what: what as ComparedDifference['what'], values: Object.fromEntries(known) }];
  });
}

const consequences: Readonly<Record<ComparedDifference['what'], string>> = {
  layer: 'similarities are of two spaces',
  k: 'what not all have is left out',
  'training images': 'neighbours are of other sets',
};

/** Notes on what is compared: images that are left out, and differences that are not of the weights. */
export function comparisonNotes(
  all: readonly ReadScores[],
  { images, leftOut, otherFiles }: CommonImages,
): readonly string[] {
  const notes: string[] = [];
  if (leftOut.some((count) => count > 0)) {
    const counts = all.map(
      ({ path, count }, at) => `${counted(leftOut[at]!)} of ${counted(count)} in \`${path}\``,
    );
    const files =
      otherFiles === 0
        ? ''
        : `; ${counted(otherFiles)} of them with another file under the same name`;
    notes.push(
      `${counted(images, 'test image is', 'test images are')} common to all evaluations; left out: ${counts.join(', ')}${files}`,
    );
  }
  for (const { what, values } of comparedDifferences(all)) {
    const texts = Object.entries(values).map(([path, value]) => `\`${value}\` in \`${path}\``);
    notes.push(
      `${what === 'layer' ? 'layers' : what} differ: ${texts.join(', ')}: ${consequences[what]}`,
    );
  }
  const [model = null, ...others] = new Set(all.map(({ modelHash }) => modelHash));
  if (model !== null && others.length === 0) {
    notes.push('all evaluations are of the same weights');
  }
  return notes;
}
