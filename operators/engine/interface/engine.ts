import type { LossRows } from '../../loss/loss-rows.ts';
import type { ClassifierSpec, TrainerSpec } from '../../step/step-spec.ts';
import type { BatchShape, PackedBatch, TrainerState, Weights } from '../../types.ts';
import type { SampleReadouts } from '../../step/sample-readouts.ts';
import type { ClassifierReadouts, StepReadouts } from '../../step/step-readouts.ts';
import type { LossReadouts } from '../../loss/readouts.ts';
import type { LossSpec } from '../../loss/loss-spec.ts';
import type { ImageRanges, Quantisation } from '../../onnx/int8/quantisation.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';

/**
 * Trainer: encoder, loss, gradient and update, fused. State lives in the engine: only batches and
 * read-outs cross its border. Calls are served one at a time, in order.
 */
export interface Trainer<R = StepReadouts> {
  readonly shape: BatchShape;
  /**
   * Loads a state. @throws {PipelineError} `ERR_SHAPE`, naming the tensor that does not fit.
   *
   * @param options.handOver The buffers of `state` may be detached, which saves a copy of them. @default false
   */
  load(state: TrainerState, options?: { readonly handOver?: boolean }): Promise<void>;
  /**
   * One step. `batch.pixels` is handed over: its buffer may be detached afterwards.
   * @throws {PipelineError} `ERR_NOT_FINITE` when loss or gradient are not finite, or no two rows are of a class, which
   * leaves the loss undefined; the step is not applied.
   */
  run(batch: PackedBatch, learningRate: number, options?: StepOptions): Promise<R & SampledStep>;
  /** A copy of the state, taken between steps. */
  snapshot(): Promise<TrainerState>;
  /** Encoders and losses between its steps. */
  readonly beside: BesideTrainer;
  /** Frees worker and memory; settles after the running step. Idempotent. */
  close(): Promise<void>;
}

/**
 * Encoders and losses that a trainer makes room for: they give what those of `Engine` give, and take no thread of their
 * own, whose loaded code is most of what a small one costs in memory. Their calls and steps wait for each other.
 *
 * One encoder and one loss are open at a time; another is an `ERR_CONTRACT`. They close with the trainer.
 */
export type BesideTrainer = Pick<Engine, 'createEncoder' | 'createLoss'>;

/** Options of one step. */
export interface StepOptions {
  /** Whether what each image gave is wanted, where `StepSpec.samples` asks for it. @default true */
  readonly samples?: boolean | undefined;
}

/** What a step gives of single images. */
export interface SampledStep {
  /** What each image gave; absent unless `StepSpec.samples` asks for it, and the step as well. */
  readonly samples?: SampleReadouts | undefined;
}

/** Embeddings of a batch of images. */
export interface EncodedRows {
  /** `[images, embeddingSize]`: pooled features before the head. */
  readonly embedding: Float32Array;
  /** `[images, projectionSize]`: unit vectors, or the logits of a `classifier`. */
  readonly projection: Float32Array;
  /** The pixels that were handed over, whose memory may be used again. */
  readonly pixels: Float32Array;
}

/** Encoder in inference mode: fixed weights, BatchNorm on its running statistics. */
export interface EncoderSession {
  /** Maximum batch size. */
  readonly rows: number;
  readonly imageSize: number;
  /** Memory layout of its pixels. */
  readonly layout: ImageLayout;
  /** 0 when the network gives none. */
  readonly embeddingSize: number;
  /** 0 when the network gives none. */
  readonly projectionSize: number;
  /**
   * `pixels` is `[images, imageSize, imageSize, 3]`, or `[images, 3, imageSize, imageSize]` for `NCHW`, of 1 to
   * `rows` images, and is handed over: its buffer may be detached. The memory comes back with the result. The vectors
   * of an image do not depend on the others.
   */
  run(pixels: Float32Array): Promise<EncodedRows>;
  close(): Promise<void>;
}

/** Order of the dimensions of images: rows, channels, height, width by their letters. */
export type ImageLayout = 'NCHW' | 'NHWC';

/** Encoders whose convolutions compute on 8 bits, with a static quantisation that calibration gives. */
export interface Int8Encoders {
  /** A float32 encoder that observes the ranges of its activations. */
  createCalibration(
    spec: EncoderSpec,
    weights: Weights,
    shape: { readonly rows: number; readonly imageSize: number },
  ): Promise<CalibrationSession>;
  /**
   * Its vectors are float32 like those of `Engine.createEncoder`, which they approximate.
   *
   * @throws {RangeError} When `quantisation` is not that of this network.
   */
  createEncoder(
    spec: EncoderSpec,
    weights: Weights,
    shape: { readonly rows: number; readonly imageSize: number },
    quantisation: Quantisation,
  ): Promise<EncoderSession>;
}

/** Observer of activations. */
export interface CalibrationSession {
  /**
   * Ranges of the activations of 1 to `rows` images, `[images, imageSize, imageSize, 3]`: those of each image, tensor by
   * tensor. `pixels` is handed over.
   */
  run(pixels: Float32Array): Promise<readonly ImageRanges[]>;
  close(): Promise<void>;
}

/** Mapping of a model's output to vectors: its name, pooling and normalisation. */
export interface ModelOutput {
  readonly name: string;
  /**
   * Of `[rows, tokens, size]`: the first token, which is that of the class, or the mean of all. Of
   * `[rows, size, height, width]`: `mean`. @default the output is `[rows, size]` already
   */
  readonly pooling?: 'cls' | 'mean' | undefined;
  /** L2-normalise the vectors. @default false */
  readonly normalize?: boolean | undefined;
}

/** A model file with the ports to use. */
export interface ModelSpec {
  /**
   * Path of an ONNX file, beside which its external data lies, or the bytes of one with all weights inside. A path costs no
   * memory here.
   */
  readonly model: Uint8Array | string;
  /** @default the only input */
  readonly input?: string | undefined;
  /** @default as the shape of the input says; `NCHW` when it does not */
  readonly layout?: ImageLayout | undefined;
  /**
   * @default both by their own names if the model has such outputs; else the outputs that Hugging Face calls
   * `pooler_output` and `image_embeds`; else the only output is `embedding`
   */
  readonly outputs?:
    | {
        readonly embedding?: ModelOutput | undefined;
        readonly projection?: ModelOutput | undefined;
      }
    | undefined;
}

/** Encoder of a model file. */
export interface ModelSession extends EncoderSession {
  /** Resolved ports. */
  readonly ports: ModelPorts;
  /** What the user should know: what was assumed, and what the model did when it was tried. */
  readonly notes: readonly string[];
}

/**
 * Element type of the images that a model takes. A model of `uint8` normalises by itself: it takes bytes of 0 to 255.
 */
export type PixelType = 'float32' | 'float16' | 'float64' | 'uint8';

/** Ports of a model with defaults resolved. */
export interface ModelPorts {
  readonly input: string;
  readonly inputType: PixelType;
  readonly layout: ImageLayout;
  /** Rows that the model was exported for; null when it takes any number. */
  readonly fixedRows: number | null;
  readonly embedding: ModelOutput | null;
  readonly projection: ModelOutput | null;
}

/** Options of one evaluation of a loss. */
export interface LossRequest {
  readonly gradient: boolean;
  readonly readouts: boolean;
  /** Progress callback: rows that have been anchors so far. */
  readonly onProgress?: ((rows: number) => void) | undefined;
  /** Aborts the computation after the running tile. */
  readonly signal?: AbortSignal | undefined;
}

/** The exact loss of a set of rows. */
export interface LossResult {
  /** Mean over the anchors that have a positive, in nats; NaN without any. */
  readonly value: number;
  /** Anchors with a positive, and those without, which were left out. */
  readonly anchors: number;
  readonly anchorsWithoutPositive: number;
  /** `[n, size]`: `∂value / ∂z`, 0 for rows that were left out. */
  readonly gradient: Float32Array | undefined;
  readonly readouts: LossReadouts | undefined;
}

/** Exact losses of sets of any size, in memory linear in their rows. */
export interface LossSession {
  /**
   * @param rows Copied before the promise settles.
   * @throws {PipelineError} `ERR_ENGINE`, most likely for want of memory.
   * @throws The reason of `signal`, when it aborts first.
   */
  run(rows: LossRows, options: LossRequest): Promise<LossResult>;
  close(): Promise<void>;
}

/** A candidate that `auto` rejected, though it came earlier. */
export interface RejectedCandidate {
  /** Such as `tensorflow on CUDA`. */
  readonly title: string;
  /** True for a broken installation, not for a missing one. */
  readonly broken: boolean;
  /** Reason, with the way out. */
  readonly reason: string;
}

/**
 * Compute engine, the interface behind which networks run; the rest of the system does not know
 * how.
 */
export interface Engine {
  readonly name: 'cpu' | 'onnx' | 'tensorflow';
  /** Device in words, such as `cpu, 2 threads`; begins with `cpu` on the processor. */
  readonly device: string;
  /** Candidates that `auto` rejected before it took this one. @default it was opened by name */
  readonly rejected?: readonly RejectedCandidate[] | undefined;
  /** Int8 inference. @default this engine, or its device, has none */
  readonly int8?: Int8Encoders | undefined;
  createTrainer(spec: TrainerSpec): Promise<Trainer>;
  /** @throws {RangeError} When a number of `spec` is out of its range, or its head is no `classifier`. */
  createClassifier(spec: ClassifierSpec): Promise<Trainer<ClassifierReadouts>>;
  createEncoder(
    spec: EncoderSpec,
    weights: Weights,
    shape: { readonly rows: number; readonly imageSize: number },
  ): Promise<EncoderSession>;
  /**
   * Opens a model and tries it with two images, which must give one row each.
   *
   * @throws {PipelineError} `ERR_CONFIG` when the model has no such input or outputs, naming those it has, or weights
   * that are not in its bytes; `ERR_SHAPE` when they have another size or type, or it gives other than one row for an
   * image; `ERR_FORMAT` when its bytes are damaged; `ERR_ENGINE` when it does not run here.
   */
  openModel(
    spec: ModelSpec,
    shape: { readonly rows: number; readonly imageSize: number },
  ): Promise<ModelSession>;
  /** @throws {RangeError} When a number of `spec` is out of its range. */
  createLoss(spec: LossSpec): Promise<LossSession>;
  /** Closes what it created. Idempotent. */
  close(): Promise<void>;
}
