/** Attribute of test images, such as the site that each is from. */
export interface ImageAttribute {
  /** Name, such as that of its column. */
  readonly name: string;
  /** Its different values, each once. */
  readonly values: readonly string[];
  /** `[images]` int32 position in `values`, -1 for an image without one. */
  readonly codes: Int32Array;
}

/** Maximum values of an attribute: of more nobody compares groups, and each takes all metrics with their intervals. */
export const mostGroups = 10_000;

/**
 * The attribute of some images.
 *
 * @param positions Of these images among those that have it.
 */
export function attributeOf(attribute: ImageAttribute, positions: Int32Array): ImageAttribute {
  return { ...attribute, codes: positions.map((position) => attribute.codes[position]!) };
}

/** Images of each value, in their order; images without a value are in no group. */
export function imagesOfGroups(
  { values, codes }: Pick<ImageAttribute, 'values' | 'codes'>,
  images: Int32Array,
): Int32Array[] {
  const groups: number[][] = values.map(() => []);
  for (const image of images) groups[codes[image]!]?.push(image);
  return groups.map((group) => Int32Array.from(group));
}

/** @throws {RangeError} When there is not a value for each of `count` images, or there are too many different ones. */
export function checkAttribute({ name, values, codes }: ImageAttribute, count: number): void {
  if (codes.length !== count) {
    throw new RangeError(
      `Expected \`${name}\` to have a value for each of ${count} test images, got \`${codes.length}\``,
    );
  }
  if (values.length > mostGroups) {
    throw new RangeError(
      `Expected \`by\` to be a column of at most ${mostGroups} different values, got ${values.length} in \`${name}\`. ` +
        'Give one that names groups, such as a range of ages instead of the age',
    );
  }
  const wrong = codes.find((code) => code < -1 || code >= values.length);
  if (wrong === undefined) return;
  throw new RangeError(
    `Expected codes of \`${name}\` from -1 to ${values.length - 1}, got \`${wrong}\``,
  );
}
