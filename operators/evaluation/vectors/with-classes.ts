import type { VectorSet } from './vector-set.ts';

/**
 * The class names of several sets, each once, in the order in which they are met.
 *
 * Names that differ in the composition of their accents alone (Unicode normal form C) are one class, unless one set has
 * both: systems store the same name in either way.
 */
export function joinedClasses(...sets: readonly Pick<VectorSet, 'classes'>[]): readonly string[] {
  const joined: string[] = [];
  for (const { classes } of sets) {
    const placeOf = placesIn(joined, classes);
    joined.push(...new Set(classes.filter((name) => placeOf(name) === undefined)));
  }
  return joined;
}

/** Lookup of a name of `own` in a list of classes: that name, or the same in another composition. */
function placesIn(
  classes: readonly string[],
  own: readonly string[],
): (name: string) => number | undefined {
  const exact = new Map(classes.map((name, place) => [name, place]));
  const mine = new Set(own);
  const others = classes.flatMap((name, place) => {
    return mine.has(name) ? [] : [[name.normalize(), place] as const];
  });
  const composed = new Map(others);
  return (name) => exact.get(name) ?? composed.get(name.normalize());
}

/**
 * The same vectors with their labels counted in another list of classes, so that labels of two sets can be compared.
 *
 * @throws {RangeError} When a class of the set is not in `classes`, the set lists one twice, or a label is in neither.
 */
export function withClasses(set: VectorSet, classes: readonly string[]): VectorSet {
  if (new Set(set.classes).size !== set.classes.length) {
    throw new RangeError(
      `Expected \`${set.name}\` to name each class once, got \`${set.classes.join(', ')}\``,
    );
  }
  const labelOf = placesIn(classes, set.classes);
  const labels = set.classes.map((name) => {
    const label = labelOf(name);
    if (label !== undefined) return label;
    throw new RangeError(`Expected \`classes\` to have \`${name}\` of \`${set.name}\``);
  });
  const wrong = set.labels.find((label) => label < -1 || label >= labels.length);
  if (wrong !== undefined) {
    throw new RangeError(
      `Expected labels of \`${set.name}\` from -1 to ${labels.length - 1}, got \`${wrong}\``,
    );
  }
  return {
    name: set.name,
    classes,
    count: set.count,
    dim: set.dim,
    labels: set.labels.map((label) => (label < 0 ? -1 : labels[label]!)),
    digests: set.digests,
    id: (position) => set.id(position),
    blocks: () => set.blocks(),
  };
}
