/**
 * The vocabulary: what travels between stages, in the order in which it changes form.
 *
 * `Sample` → `PlannedSample` (in a `BatchPlan`) → `EncodedImage` → `DecodedImage` (in a `SampleBatch`)
 * → `ViewBatch` → `PackedBatch` → `StepResult`; in an export `ViewBatch` → `EmbeddingBatch`.
 */

/** One image that a dataset lists. Holds no bytes, so a store of millions can be planned. */
export interface Sample {
  /** Stable across machines: for folders the path below the root with `/` as separator. */
  readonly id: string;
  /** Position in `Dataset.classes`, or null when the class is unknown. */
  readonly label: number | null;
}

/** Where images come from: listed once, in sorted order, then read by position. Never decodes. */
export interface Dataset {
  /** What the dataset calls itself in messages, such as the folder it was opened from. */
  readonly name: string;
  /** Class names, sorted; labels are positions in this list. */
  readonly classes: readonly string[];
  /** How many samples there are; positions run from 0 to `count - 1`. */
  readonly count: number;
  /** SHA-256 (hex) over class names, ids and labels: the same on every machine. */
  readonly hash: string;
  /** @throws {RangeError} When `position` is not an integer from 0 to `count - 1`. */
  sample(position: number): Sample;
  /** The encoded bytes of one image. @throws {PipelineError} `ERR_READ`, naming the sample. */
  read(position: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** One place of a batch: which sample, and how often this sample was drawn before. */
export interface PlannedSample extends Sample {
  /** Position in the dataset. */
  readonly position: number;
  /** 0 for the first time this sample is drawn in the run; views are a function of it. */
  readonly draw: number;
  /** Id of the unreadable sample whose place this one takes; views are a function of it too. */
  readonly replaces?: string | undefined;
}

/** What one batch will hold, decided before any image is read. */
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
}

/** The readable images of one plan, in plan order. May be shorter than the plan when bad ones are skipped. */
export interface SampleBatch {
  readonly plan: BatchPlan;
  readonly images: readonly DecodedImage[];
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
}

/** The contrastive losses that a trainer can minimise. */
export type LossName = 'sincere' | 'supcon' | 'eps-sup-infonce' | 'infonce' | 'dcl';

/** Which loss, how sharp, and over which pairs. */
export type LossSpec = {
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
  /**
   * What makes two rows a positive pair: their class, or being views of one image. `infonce` always means the
   * image. @default 'class'
   */
  readonly positives?: 'class' | 'image' | undefined;
  /** Which rows are anchors: all, or the first view of each image. @default 'all' */
  readonly anchors?: 'all' | 'first' | undefined;
} & (
  | { readonly name: Exclude<LossName, 'eps-sup-infonce'> }
  | {
      readonly name: 'eps-sup-infonce';
      /** Margin in logits, 0 or more. */
      readonly epsilon: number;
    }
);

/** Softmax cross entropy over classes: the loss of a classifier. */
export interface CrossEntropySpec {
  readonly name: 'cross-entropy';
}

/** Residual networks by name; from `resnet18` on the layers are torchvision's. */
export type EncoderName =
  'resnet8' | 'resnet20' | 'resnet18' | 'resnet34' | 'resnet50' | 'resnet101';

/**
 * What an image meets first: a 3 × 3 convolution that keeps its size, for small images, or one of 7 × 7 with stride
 * 2 and a max-pooling of 3 × 3 with stride 2, which leave a quarter of each side.
 */
export type StemName = 'cifar' | 'imagenet';

/** Which network, and what stands on it. */
export interface EncoderSpec {
  readonly architecture: EncoderName;
  /** @default 'cifar' */
  readonly stem?: StemName | undefined;
  /** How many times the channels of the architecture every layer has. @default 1 */
  readonly width?: number | undefined;
  /**
   * Projection head: two layers with a ReLU between them, or one layer. A `classifier` is one layer too, whose
   * `projection` rows are not brought to length 1: they are the logits of the classes.
   */
  readonly head: 'mlp' | 'linear' | 'classifier';
  /** Length of `projection` rows; of a `classifier`, the number of classes. */
  readonly projectionSize: number;
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
}

/** How parameters follow their gradients: SGD with momentum, AdamW, or LARS. */
export type OptimizerName = 'sgd' | 'adamw' | 'lars';

/**
 * What a contrastive loss measured of a set of rows. Everything is about the rows that the loss saw and the pairs that
 * were positive to it. Shares and means of nothing are 0.
 */
export interface LossReadouts {
  /** The loss itself, in nats. */
  readonly loss: number;
  /** SINCERE on the same batch and temperature, in nats. */
  readonly sincere: number;
  /** SupCon on the same batch and temperature, in nats. */
  readonly supcon: number;
  /** Share of positive (anchor, positive) pairs that SupCon's gradient would push apart, 0 to 1. */
  readonly repelledShare: number;
  /** SupCon's gradient on positive pairs: what pushes apart over what pulls together, 0 or more. */
  readonly repelledMass: number;
  /** Share of rows whose most similar other row of the batch has their class, 0 to 1; ties count as wrong. */
  readonly batchNearestAccuracy: number;
  /** Anchors without a positive, which were left out of the mean. */
  readonly anchorsWithoutPositive: number;
  /** Mean squared distance of positive pairs, 0 to 4: smaller is better aligned. */
  readonly alignment: number;
  /** `log mean exp(−2 ‖zᵢ − zⱼ‖²)` over all pairs, -8 to 0: lower is more evenly spread. */
  readonly uniformity: number;
  /** `1 − ‖mean z‖²`, 0 to 1: 0 when all rows are one point, 1 when they balance out. */
  readonly spread: number;
  /**
   * Directions in which the rows vary, weighted: `(tr C)² / tr C²` of their covariance. `classes − 1` on a
   * simplex; 0 when `spread` is below 1e-5, where float32 does not resolve it.
   */
  readonly effectiveRank: number;
  /** `log |N| − SINCERE` in nats, a lower bound of the symmetrised divergence between classes. */
  readonly informationBound: number;
  /** `log(|N| / (e^SINCERE − 1))` in nats, a sharper bound of the same; never below 0 in expectation. */
  readonly sharpInformationBound: number;
}

/** What one training step measured, before the update was applied. */
export interface StepReadouts extends LossReadouts, GradientReadouts {}

/** What the cross entropy measured of a batch. Shares and means of nothing are 0. */
export interface CrossEntropyReadouts {
  /** Mean cross entropy of the rows that have a class, in nats. */
  readonly loss: number;
  /** Share of them whose class got the largest logit, 0 to 1; ties count as wrong. */
  readonly accuracy: number;
  /** Rows without a class, padding included, which were left out. */
  readonly rowsWithoutClass: number;
}

/** What one step of a classifier measured, before the update was applied. */
export interface ClassifierReadouts extends CrossEntropyReadouts, GradientReadouts {}

/** What a step measured of its gradient. */
export interface GradientReadouts {
  /**
   * Euclidean norm of the gradient of the loss over all trained parameters together, before clipping and weight decay;
   * 0 or more. Frozen layers have no part in it.
   */
  readonly gradientNorm: number;
}

/** One acknowledged training step. */
export interface StepResult<R = StepReadouts> {
  readonly plan: BatchPlan;
  readonly learningRate: number;
  readonly readouts: R;
  /** Wall time of the step inside the engine, in milliseconds. Not deterministic. */
  readonly stepMs: number;
  /** The state after this step, on the steps after which it was asked for. */
  readonly state?: TrainerState | undefined;
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
  readonly stage: 'read' | 'decode';
  readonly code: string;
  readonly message: string;
}
