/**
 * Sets with known faults, made of a folder of images with a folder for each class: edited copies of test images among the
 * training images, and images under another class than their own. What is not changed is a hard link where it can be.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { seededRandom, type Random } from '../../operators/random.ts';

/** What is planted. */
export interface PlantingOptions {
  /** Share of the images. */
  readonly share?: number | undefined;
  readonly seed?: number | undefined;
}

/** Which classes the labels of images are changed to. */
export interface LabelPlantingOptions extends PlantingOptions {
  /** The class that each is mistaken for; images of classes without one keep theirs. Any other class when not given. */
  readonly mistaken?: Readonly<Record<string, string>> | undefined;
}

/** Classes of CIFAR-10 that resemble one another. */
export const alike: Readonly<Record<string, string>> = {
  cat: 'dog',
  dog: 'cat',
  truck: 'automobile',
  automobile: 'truck',
  deer: 'horse',
  horse: 'deer',
  bird: 'airplane',
  airplane: 'bird',
};

/** Edits of a planted copy. */
export const edits = ['crop', 'jpeg', 'flip'] as const;
export type Edit = (typeof edits)[number];

/** A test image that was put among the training images, and what it is called there. */
export interface PlantedCopy {
  readonly testId: string;
  readonly trainId: string;
  readonly edit: Edit;
  /** Share of the side that a crop keeps, or quality of a JPEG; 0 for a flip. */
  readonly strength: number;
}

/** An image that was put under another class. */
export interface PlantedLabel {
  readonly id: string;
  readonly ownClass: string;
  readonly givenClass: string;
}

/**
 * Copies `train` to `out` with edited copies of `share` of the images of `test` under their own classes, the three edits in
 * equal shares: crops that keep 70 to 95 % of each side, scaled back; JPEGs saved anew at quality 30 to 90; flips.
 */
export async function plantCopies(
  { train, test, out }: { readonly train: string; readonly test: string; readonly out: string },
  { share = 0.01, seed = 0 }: PlantingOptions = {},
): Promise<readonly PlantedCopy[]> {
  for (const id of await imagesOf(train)) await linked(path.join(train, id), path.join(out, id));
  const random = seededRandom('planted copies', seed);
  const ids = drawn(await imagesOf(test), share, random);
  const planted: PlantedCopy[] = [];
  for (const [at, testId] of ids.entries()) {
    const edit = edits[at % edits.length]!;
    const [name, file] = testId.split('/') as [string, string];
    const trainId = `${name}/planted-${edit}-${path.parse(file).name}.jpg`;
    const image = await fs.readFile(path.join(test, testId));
    const { bytes, strength } = await edited(image, edit, random);
    await fs.writeFile(path.join(out, trainId), bytes);
    planted.push({ testId, trainId, edit, strength });
  }
  return planted;
}

/**
 * Copies `from` to `out` with `share` of its images under another class, each other class as likely as the next; or the one
 * that theirs is `mistaken` for, `share` of the images of those classes.
 */
export async function plantLabels(
  { from, out }: { readonly from: string; readonly out: string },
  { share = 0.05, seed = 0, mistaken }: LabelPlantingOptions = {},
): Promise<readonly PlantedLabel[]> {
  const ids = await imagesOf(from);
  const classes = [...new Set(ids.map((id) => path.dirname(id)))];
  const random = seededRandom('planted labels', seed);
  const able = mistaken ? ids.filter((id) => path.dirname(id) in mistaken) : ids;
  const chosen = new Set(drawn(able, share, random));
  const planted: PlantedLabel[] = [];
  for (const id of ids) {
    const ownClass = path.dirname(id);
    const others = mistaken
      ? [mistaken[ownClass] ?? ownClass]
      : classes.filter((one) => one !== ownClass);
    const givenClass = chosen.has(id) ? others[random.below(others.length)]! : ownClass;
    const name =
      givenClass === ownClass ? id : `${givenClass}/from-${ownClass}-${path.basename(id)}`;
    await linked(path.join(from, id), path.join(out, name));
    if (givenClass !== ownClass) planted.push({ id: name, ownClass, givenClass });
  }
  return planted;
}

/** Ids of the images of a folder, `class/file`, sorted. */
export async function imagesOf(folder: string): Promise<readonly string[]> {
  const classes = (await fs.readdir(folder)).sort();
  const lists = classes.map(async (name) => {
    const files = await fs.readdir(path.join(folder, name));
    return files.sort().map((file) => `${name}/${file}`);
  });
  return (await Promise.all(lists)).flat();
}

function drawn(ids: readonly string[], share: number, random: Random): readonly string[] {
  const left = [...ids];
  return Array.from({ length: Math.round(share * ids.length) }, () => {
    return left.splice(random.below(left.length), 1)[0]!;
  });
}

async function edited(
  image: Uint8Array,
  edit: Edit,
  random: Random,
): Promise<{ readonly bytes: Uint8Array; readonly strength: number }> {
  if (edit === 'flip') {
    return { bytes: await sharp(image).flop().jpeg({ quality: 95 }).toBuffer(), strength: 0 };
  }
  if (edit === 'jpeg') {
    const quality = 30 + random.below(61);
    return { bytes: await sharp(image).jpeg({ quality }).toBuffer(), strength: quality };
  }
  const strength = 0.7 + 0.25 * random.uniform();
  const { width, height } = await sharp(image).metadata();
  const part = { width: Math.round(strength * width), height: Math.round(strength * height) };
  const left = random.below(width - part.width + 1);
  const top = random.below(height - part.height + 1);
  const bytes = await sharp(image)
    .extract({ left, top, ...part })
    .resize(width, height)
    .jpeg({ quality: 95 })
    .toBuffer();
  return { bytes, strength };
}

async function linked(from: string, to: string): Promise<void> {
  await fs.mkdir(path.dirname(to), { recursive: true });
  await fs.link(from, to).catch(() => fs.copyFile(from, to));
}
