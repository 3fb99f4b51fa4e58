/** What columns are called by what they hold. */
export type UsualRole = 'id' | 'label' | 'vector';

const words = (text: string): readonly string[] => text.split(' ');

/** Usual names of columns without case, spaces, `-`, `_` and `.`; those that come first are preferred. */
export const usualNames: Readonly<Record<UsualRole, readonly string[]>> = {
  id: words(
    'id ids imageid imgid sampleid path filepath imagepath filename file imagefile imagefilename imagename key keys ' +
      'uid uuid guid name url uri',
  ),
  label: words(
    'label labels class classes classname labelname target targets category categories y ys cls person identity',
  ),
  vector: words(
    'embedding embeddings emb embs vector vectors vec vecs projection projections feature features feat feats x xs ' +
      'representation representations',
  ),
};

/** A name without case, and what words of it are joined by. */
export function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/gu, '');
}

/** Tests whether a column is called as usual. */
export function isUsual(role: UsualRole, name: string): boolean {
  return usualNames[role].includes(foldedName(name));
}

/**
 * Tests whether a column belongs to one of vectors by what both names have beside the usual word: `y_train` to `X_train`,
 * `image_label` to `image_embedding`.
 */
export function isPaired(role: 'id' | 'label', name: string, vector: string): boolean {
  const pairs = besides('vector', vector);
  return besides(role, name).some((one) => pairs.includes(one));
}

/** What is beside a usual word at the begin or the end of a name. */
function besides(role: UsualRole, name: string): readonly string[] {
  const text = foldedName(name);
  const words = usualNames[role];
  const ends = words.filter((word) => text.startsWith(word)).map((word) => text.slice(word.length));
  const begins = words
    .filter((word) => text.endsWith(word))
    .map((word) => text.slice(0, -word.length));
  return [...ends, ...begins].filter((rest) => rest !== '');
}
