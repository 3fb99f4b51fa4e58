/**
 * The vocabulary: what travels between stages, in the order in which it changes form.
 *
 * `Sample` → `PlannedSample` (in a `BatchPlan`) → `EncodedImage` → `DecodedImage` (in a `SampleBatch`)
 * → `ViewBatch` → `PackedBatch` → `StepResult`; in an export `ViewBatch` → `EmbeddingBatch`.
 */

import type { StoreTraffic } from './store-traffic.ts';

/** One image that a dataset lists. Holds no bytes, so a store of millions can be planned. */
export interface Sample {
  /** Stable across machines: for folders the path below the root with `/` as separator. */
  readonly id: string;
  /** Position in `Dataset.classes`, or null when the class is unknown. */
  readonly label: number | null;
  /** All classes of an image that has several, ascending; `label`, the first that its source names, is among them. */
  readonly labels?: readonly number[] | undefined;
}

/** Something that was found while a dataset was opened, and is no error. */
export interface DatasetNote {
  readonly text: string;
  /** Options of the library that the text names, each in backticks: `` `split` `` or `` `split: train` ``. @default none */
  readonly options?: readonly string[] | undefined;
  /** Classes that it is about: a dataset with none of them does not have it. @default about all */
  readonly classes?: readonly string[] | undefined;
}

/** Dataset of encoded images: listed once, in sorted order, then read by position. Never decodes. */
export interface Dataset {
  /** Name of the dataset in messages, such as the folder it was opened from. */
  readonly name: string;
  /** Class names, sorted; labels are positions in this list. */
  readonly classes: readonly string[];
  /** Number of samples; positions run from 0 to `count - 1`. */
  readonly count: number;
  /**
   * SHA-256 (hex) over class names, ids and labels (several where an image has several), the listing: the seed of plans,
   * and the same on every machine and in every form that the set is stored in. Says nothing of bytes: these are identified by `version`, all of them without
   * reading any, and by `content`, one by one.
   */
  readonly hash: string;
  /**
   * Version of the images: SHA-256 (hex) over what identifies their bytes without reading them, such as ETags, sizes and
   * offsets. While hash and version are the same, so are the images; another version says nothing. @default unknown
   */
  readonly version?: string | undefined;
  /** What a person should know of the images before they are used, such as files that were left out. @default none */
  readonly notes?: readonly DatasetNote[] | undefined;
  /** @throws {RangeError} When `position` is not an integer from 0 to `count - 1`. */
  sample(position: number): Sample;
  /**
   * The encoded bytes of one image.
   *
   * @param maxBytes Most bytes that are wanted. A dataset that knows the size of a file need not read a larger one, but
   * may: whoever asks looks at what came.
   * @throws {PipelineError} `ERR_READ`, naming the sample; `ERR_DECODE` of one that is known to be no image that is read.
   */
  read(position: number, signal?: AbortSignal, maxBytes?: number): Promise<Uint8Array>;
  /** True where the dataset bounds its own readings, as those over a network do; others are bounded by who asks. */
  readonly limitsReads?: boolean | undefined;
  /** What reading from a remote store has cost until now; absent of local ones. */
  readonly traffic?: (() => StoreTraffic) | undefined;
  /**
   * Size of that file; absent where it costs a request or a decoding, as of a million images it would cost a million.
   *
   * @throws {PipelineError} `ERR_READ`, naming the sample.
   */
  size?(position: number): Promise<number>;
  /**
   * Place of those bytes on a local disk, for threads that read them themselves; null where only `read` gets at them.
   *
   * @throws {RangeError} When `position` is not an integer from 0 to `count - 1`.
   */
  locate?(position: number): ImageLocation | null;
  /**
   * Identity of the image as its source had it, where the dataset holds another form of it: runs and exports that were
   * begun on one go on with the other. @default by the bytes that `read` gives
   *
   * @throws {PipelineError} `ERR_READ`, naming the sample, when it is unknown.
   */
  content?(position: number): ImageContent;
  /** What was done to the images before they were stored; absent where they are as they came. */
  readonly prepared?: PreparedForm | undefined;
}

/** Content of a prepared dataset, and the preparation of its images. */
export interface PreparedForm extends Preparation {
  /** Largest shorter side of its images, in pixels. */
  readonly shorterSide: number;
}

/** Preparation of the images of a prepared dataset. */
export interface Preparation {
  /** Form in which they are stored: pixels without loss (PPM), or JPEG or PNG. */
  readonly as: 'pixels' | 'jpeg' | 'png';
  /** JPEG quality, 1 to 100; null for the others. */
  readonly quality: number | null;
  /** Shorter side to which larger images were shrunk while they were decoded; null when none was. */
  readonly shrinkTo: number | null;
  /** What was read beside their pixels. Verbs that ask for another reading get other images. */
  readonly exif: 'apply' | 'ignore';
  readonly icc: 'apply' | 'ignore';
  readonly alpha: 'white' | 'drop';
  /** True when files that are damaged around their pixels were used. */
  readonly tolerant: boolean;
}

/** Place of the encoded bytes of one image on a local disk. */
export interface ImageLocation {
  /** Absolute path. */
  readonly file: string;
  /** The bytes of the image in the file; all of it where absent. */
  readonly range?: {
    /** First byte. */
    readonly from: number;
    /** Number of bytes. */
    readonly bytes: number;
    /** CRC-32 of the bytes, which whoever reads them checks. */
    readonly crc32: number;
  };
}

/** Identity of a file by its content. */
export interface ImageContent {
  /** SHA-256 (hex) of its bytes: what `sha256sum` prints. */
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
}

/** One place of a batch: which sample, and how often this sample was drawn before. */
export interface PlannedSample extends Sample {
  /** Position in the dataset. */
  readonly position: number;
  /** 0 for the first time this sample is drawn in the run; views are a function of it. */
  readonly draw: number;
  /** Id of the unreadable sample whose place this one takes; views are a function of it too. */
  readonly replaces?: string | undefined;
  /** Content of its file, once it was read by who wanted to know. */
  readonly content?: ImageContent | undefined;
}

/** Sampler output: the samples of one batch, decided before any image is read. */
export interface BatchPlan {
  /** 0 for the first batch of the run; also the training step, also the row of `metrics.arrows`. */
  readonly seq: number;
  /** 0 for the first pass over the data. */
  readonly epoch: number;
  readonly samples: readonly PlannedSample[];
}

/** A planned sample with its file content. */
export interface EncodedImage extends PlannedSample {
  readonly bytes: Uint8Array;
}

/** An image of a stream that cannot be indexed, such as a pipe of tar files. */
export interface StreamedImage {
  /** Different for each image of the stream. */
  readonly id: string;
  /** Names of its classes as the source has them: none when unknown; batches are balanced by the first. */
  readonly classes: readonly string[];
  /** Its encoded bytes, which nobody else holds. Handed over. */
  readonly bytes: Uint8Array;
}

/** Pixels, 8 bits a channel, row by row, red green blue interleaved. */
export interface RgbImage {
  /** In pixels, 1 or more. */
  readonly width: number;
  /** In pixels, 1 or more. */
  readonly height: number;
  /** `width * height * 3` bytes. */
  readonly data: Uint8Array;
}

/** A planned sample with its pixels. */
export interface DecodedImage extends PlannedSample {
  readonly image: RgbImage;
  /** What was repaired in its file to get at them; absent when nothing was. */
  readonly repaired?: string | undefined;
}

/** The readable images of one plan, in plan order. May be shorter than the plan when bad ones are skipped. */
export interface SampleBatch {
  readonly plan: BatchPlan;
  readonly images: readonly DecodedImage[];
}

/** Rows of a batch that were mixed, and their shares: a loss weighs the labels of both. */
export interface ViewMix {
  /** Row that each row was mixed with; itself where it was not. */
  readonly partners: Int32Array;
  /** Share of its own image in each row, 0 to 1; the rest is its partner's. Of CutMix the exact share of the area. */
  readonly own: Float32Array;
}

/** The views of one batch, ready for a network. */
export interface ViewBatch {
  readonly plan: BatchPlan;
  /** The samples that were readable, in plan order. */
  readonly samples: readonly PlannedSample[];
  /** Views of each sample, at least 1. Rows are image-major: sample 0 view 0, sample 0 view 1, sample 1 view 0, … */
  readonly views: number;
  /** Side of the square views, in pixels. */
  readonly imageSize: number;
  /**
   * `[samples * views, imageSize, imageSize, 3]` float32, normalised; channels before rows where an encoder wants
   * them so.
   */
  readonly pixels: Float32Array;
  /** Images that were mixed into the rows (`mixViews`); absent where none were. */
  readonly mix?: ViewMix | undefined;
}

/** An image as it is stored: the bytes of an image file. */
export interface StoredImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** The images of one batch as they are stored, in plan order. */
export interface PreparedBatch {
  readonly plan: BatchPlan;
  /** The samples that were readable, in plan order. */
  readonly samples: readonly PlannedSample[];
  /** One for each sample. */
  readonly images: readonly StoredImage[];
}

/** The fixed sizes of one step: engines compile for them. */
export interface BatchShape {
  /** Images of a batch, 1 or more. */
  readonly images: number;
  /** Views of each image, 1 or more. */
  readonly views: number;
  /** Side of the square views, in pixels. */
  readonly imageSize: number;
}

/** A batch of exactly the shape that an engine was built for. */
export interface PackedBatch {
  readonly plan: BatchPlan;
  readonly shape: BatchShape;
  /** The samples that fill the first rows; fewer than `shape.images` only when bad ones were skipped. */
  readonly samples: readonly PlannedSample[];
  /** `[shape.images * shape.views, imageSize, imageSize, 3]` float32; rows past the samples are 0. */
  readonly pixels: Float32Array;
  /** `[shape.images * shape.views]` int32 class of each row; -1 for an unknown class and for padding. */
  readonly labels: Int32Array;
  /** All classes of each sample, ascending; absent where none has several. Losses of engines use `labels`. */
  readonly labelSets?: readonly (readonly number[])[] | undefined;
  /** Images that were mixed into the rows (`mixViews`); absent where none were. */
  readonly mix?: ViewMix | undefined;
}

/** A tensor outside any engine. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Tensors by name, in a fixed order. Names and layouts are torchvision's (`layer1.0.conv1.weight` is
 * `[out, in, height, width]`, a linear weight is `[out, in]`); the head is `head.0.weight`, …, a
 * classifier `fc.weight` and `fc.bias`.
 */
export type Weights = ReadonlyMap<string, NamedTensor>;

/** Everything that a trainer changes. */
export interface TrainerState {
  /** Steps taken so far. */
  readonly step: number;
  /** Parameters and BatchNorm running statistics. */
  readonly weights: Weights;
  /** One momentum buffer for each parameter, under the parameter's name; of AdamW, its first moment `m`. */
  readonly momentum: Weights;
  /** The second moment `v` of AdamW likewise; absent with other optimizers. */
  readonly variance?: Weights | undefined;
  /** Exponential moving average of `weights`, under the same names; absent where none is kept. */
  readonly average?: Weights | undefined;
  /** Sums of the gradients since the last update, by parameter; absent where each step makes an update. */
  readonly accumulated?: Weights | undefined;
}

/** The vectors of one batch, one row for each readable sample, in plan order. */
export interface EmbeddingBatch {
  readonly plan: BatchPlan;
  readonly samples: readonly PlannedSample[];
  /** `[samples, embeddingSize]` float32: pooled features before the head, not normalised. */
  readonly embedding: Float32Array;
  /** `[samples, projectionSize]` float32: the unit vectors that the loss sees. */
  readonly projection: Float32Array;
}

/** An image that could not be used, as `quarantine.arrow` records it. */
export interface BadSample {
  readonly id: string;
  /** Stage that failed; `encode` when its vector is of no use. */
  readonly stage: 'read' | 'decode' | 'encode';
  readonly code: string;
  readonly message: string;
}

/** An image that was used after a repair of its file in memory, as `quarantine.arrow` records it. */
export interface RepairedSample {
  readonly id: string;
  readonly stage: 'decode';
  readonly code: 'REPAIRED';
  /** Damage that was passed over. */
  readonly message: string;
}
