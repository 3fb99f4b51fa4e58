import { digestBytes } from '../../image-content.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { type DigestMatches, digestMatches, knownDigests } from './digest-matches.ts';
import { vectorDigests } from './vector-digests.ts';

/** Overlap of a test set with a training set, a row for each test image that stands in both. */
export interface SetOverlap {
  /** Test images with the content of a training image, of those whose content is known: none where it is not. */
  readonly content: SharedImages;
  /** Test images whose vector is that of a training image, bit for bit, though the content is another or unknown. */
  readonly vector: SharedImages & {
    /** Of these, images whose content is known to be another. */
    readonly otherContent: number;
  };
  /** Rows of the table. */
  readonly count: number;
  /** One row, 0 to `count - 1`; test images in order. */
  row(at: number): OverlapRow;
}

/** A test image that stands in the training set as well. */
export interface OverlapRow {
  /** Id of the test image. */
  readonly testId: string;
  /** Its class; null when unknown. */
  readonly testClass: string | null;
  /** Id of the first training image that it equals. */
  readonly trainId: string;
  readonly trainClass: string | null;
  /** What is equal: the file, or else the vector alone. */
  readonly by: 'content' | 'vector';
  /** Training images that it equals. */
  readonly copies: number;
}

/** So many images of so many. */
export interface SharedImages {
  readonly images: number;
  readonly of: number;
}

/** Images whose content may be known. */
export type ImageList = Pick<VectorSet, 'count' | 'classes' | 'labels' | 'digests' | 'id'>;

/**
 * Overlap of two sets: test images that are training images by the SHA-256 of their files, where both sets know it, and
 * test images whose vector is equal bit for bit.
 *
 * Reads both once, in linear time. Memory: some 100 bytes for each image, whatever the length of a vector.
 */
export async function setOverlap(train: VectorSet, test: VectorSet): Promise<SetOverlap> {
  const alike = digestMatches(await vectorDigests(test), await vectorDigests(train));
  return overlapOf(train, test, { alike, of: test.count });
}

/** Overlap of two lists of images, of which there are no vectors: by the SHA-256 of their files alone. In linear time. */
export function contentOverlap(train: ImageList, test: ImageList): SetOverlap {
  const none = new Int32Array(test.count);
  const alike = { first: none.map(() => -1), copies: none };
  return overlapOf(train, test, { alike, of: 0 });
}

function overlapOf(
  train: ImageList,
  test: ImageList,
  { alike, of }: { readonly alike: DigestMatches; readonly of: number },
): SetOverlap {
  const ofTrain = train.digests ?? unknown(train.count);
  const ofTest = test.digests ?? unknown(test.count);
  const same = digestMatches(ofTest, ofTrain);
  const isSame = (image: number): boolean => same.first[image]! >= 0;
  const found = rowsOf(test.count, (image) => isSame(image) || alike.first[image]! >= 0);
  const byVector = found.filter((image) => !isSame(image));
  const [testKnown, trainKnown] = [knownDigests(ofTest), knownDigests(ofTrain)];
  return {
    content: {
      images: found.length - byVector.length,
      of: trainKnown.includes(1) ? testKnown.filter((known) => known === 1).length : 0,
    },
    vector: {
      images: byVector.length,
      of,
      otherContent: byVector.filter(
        (image) => testKnown[image] === 1 && trainKnown[alike.first[image]!] === 1,
      ).length,
    },
    count: found.length,
    row(at) {
      const image = found[at]!;
      const { first, copies } = isSame(image) ? same : alike;
      const equal = first[image]!;
      return {
        testId: test.id(image),
        testClass: classOf(test, image),
        trainId: train.id(equal),
        trainClass: classOf(train, equal),
        by: isSame(image) ? 'content' : 'vector',
        copies: copies[image]!,
      };
    },
  };
}

function classOf({ classes, labels }: ImageList, image: number): string | null {
  return classes[labels[image]!] ?? null;
}

function unknown(rows: number): Uint8Array {
  return new Uint8Array(rows * digestBytes);
}

function rowsOf(count: number, isIn: (image: number) => boolean): Int32Array {
  return Int32Array.from({ length: count }, (_, image) => image).filter(isIn);
}
