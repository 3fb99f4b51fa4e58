import { readExtensions } from '../../operators/image-formats.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import { type ClassKind, classKinds, type SaidClasses } from './class-members.ts';
import type { MemberName } from './member-name.ts';
import type { TarMember } from './read-tar.ts';

/** A member by its name. */
export interface NamedMember {
  readonly path: string;
  readonly name: MemberName;
  readonly member: TarMember;
}

/** A member that may name the class of its sample. */
export interface ClassMember extends NamedMember {
  readonly kind: ClassKind;
  readonly said: SaidClasses;
}

/** What members say of the class of an image, by their kind. */
export type SaidByKind = Readonly<Partial<Record<ClassKind, SaidClasses>>>;

/** An image of a sample. */
export interface SampleImage extends NamedMember {
  /** True of one beside the image of the sample, such as `a.seg.png` beside `a.jpg`. */
  readonly isFurther: boolean;
  readonly said: SaidByKind;
}

/** Consecutive members of one key, as the `webdataset` package makes a sample of. */
export interface SampleGroup {
  readonly images: readonly NamedMember[];
  readonly classes: readonly ClassMember[];
}

/**
 * The images of a sample, each with what is said of its class.
 *
 * One is the image of the sample: that with the fewest dots in its extension, of those the one whose ending is the commonest,
 * the first. Where several have a class member of their own name, such as `a.1.jpg` with `a.1.cls`, they are samples of their
 * own, with dots in their names.
 */
export function sampleImages(
  { images, classes }: SampleGroup,
  columns: ColumnNames,
): readonly SampleImage[] {
  if (images.length === 0) return [];
  const stems = new Set(images.map(({ name }) => name.stem));
  const own = [...stems].filter((stem) => classes.some(({ name }) => name.stem === stem));
  const areOwn = own.length > 1;
  const main = areOwn
    ? own.map((stem) =>
        mainImage(
          images.filter(({ name }) => name.stem === stem),
          columns,
        ),
      )
    : [mainImage(images, columns)];
  return images.map((image) => ({
    ...image,
    isFurther: !main.includes(image),
    said: saidOf(image.name, classes, areOwn),
  }));
}

/** @param images One or more. */
function mainImage(images: readonly NamedMember[], { image }: ColumnNames): NamedMember {
  const named = images.find(({ name }) => name.extension === image?.toLowerCase());
  const rank = ({ name }: NamedMember): number =>
    name.extension.split('.').length * 1000 + commonness(name.ending);
  // Sorting keeps the order of equals.
  return named ?? images.toSorted((a, b) => rank(a) - rank(b))[0]!;
}

function commonness(ending: string): number {
  const at = readExtensions.indexOf(`.${ending}`);
  return at === -1 ? readExtensions.length : at;
}

/** The members of its own name go first, then those of the key itself, then any. */
function saidOf(name: MemberName, classes: readonly ClassMember[], onlyOwn: boolean): SaidByKind {
  const said: Partial<Record<ClassKind, SaidClasses>> = {};
  for (const kind of classKinds) {
    const some = classes.filter((one) => one.kind === kind);
    const own = some.find((one) => one.name.stem === name.stem);
    const shared = some.find((one) => one.name.stem === name.key) ?? some[0];
    const chosen = own ?? (onlyOwn ? undefined : shared);
    if (chosen !== undefined) said[kind] = chosen.said;
  }
  return said;
}
