import { classOf } from '../vectors/class-of.ts';
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
  /** The same numbers of some test images, by their positions. */
  among(images: Int32Array): OverlapNumbers;
}

/** How many test images stand in the training set as well. */
export type OverlapNumbers = Pick<SetOverlap, 'content' | 'vector'>;

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
  return overlapOf(train, test, { alike, hasVectors: true });
}

/** Overlap of two lists of images, of which there are no vectors: by the SHA-256 of their files alone. In linear time. */
export function contentOverlap(train: ImageList, test: ImageList): SetOverlap {
  const none = new Int32Array(test.count);
  const alike = { first: none.map(() => -1), copies: none };
  return overlapOf(train, test, { alike, hasVectors: false });
}

function overlapOf(
  train: ImageList,
  test: ImageList,
  { alike, hasVectors }: { readonly alike: DigestMatches; readonly hasVectors: boolean },
): SetOverlap {
  const ofTrain = train.digests ?? unknown(train.count);
  const ofTest = test.digests ?? unknown(test.count);
  const same = digestMatches(ofTest, ofTrain);
  const isSame = (image: number): boolean => same.first[image]! >= 0;
  const found = rowsOf(test.count, (image) => isSame(image) || alike.first[image]! >= 0);
  const [testKnown, trainKnown] = [knownDigests(ofTest), knownDigests(ofTrain)];
  const knowsTrain = trainKnown.includes(1);
  const among = (images: Int32Array): OverlapNumbers => {
    const byContent = images.filter(isSame);
    const byVector = images.filter((image) => !isSame(image) && alike.first[image]! >= 0);
    const known = images.filter((image) => testKnown[image] === 1);
    const other = byVector.filter(
      (image) => testKnown[image] === 1 && trainKnown[alike.first[image]!] === 1,
    );
    return {
      content: { images: byContent.length, of: knowsTrain ? known.length : 0 },
      vector: {
        images: byVector.length,
        of: hasVectors ? images.length : 0,
        otherContent: other.length,
      },
    };
  };
  return {
    ...among(Int32Array.from({ length: test.count }, (_, image) => image)),
    among,
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

function unknown(rows: number): Uint8Array {
  return new Uint8Array(rows * digestBytes);
}

function rowsOf(count: number, isIn: (image: number) => boolean): Int32Array {
  return Int32Array.from({ length: count }, (_, image) => image).filter(isIn);
}
