import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { normalisations } from '../../operators/image/view-recipe.ts';
import { headNames, weightShapes } from '../../operators/model/weight-shapes.ts';
import { inferenceWeights } from '../../operators/step/inference-weights.ts';
import type { NamedTensor, Weights } from '../../operators/types.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import { hashTensors, isCheckpointMetadata } from '../../outputs/run/checkpoints.ts';
import { type CheckpointChoice, readRun } from '../../outputs/run/read-run.ts';
import { readSafetensors } from '../../outputs/run/read-safetensors.ts';
import { type PretrainedStart, readEmbeddableConfig } from './run-config.ts';

/** Pretrained weights that `init` names, ready to start from. */
export interface OpenPretrained {
  readonly start: PretrainedStart;
  /** Notes for the user: what was taken, and what else to know. */
  readonly notes: readonly string[];
}

/**
 * Reads pretrained weights: a checkpoint of a run folder, or a `.safetensors` file with torchvision's names.
 *
 * Everything below the head is taken. The head is taken too where all of it is there and fits; otherwise it is
 * initialised at random. Images are normalised as the run did it, or as ImageNet for a file, as all of torchvision's
 * weights expect.
 *
 * @param spec The network that is to start from them.
 * @param choice Of the checkpoint of a run. @default 'last'
 * @throws {PipelineError} `ERR_SHAPE`, naming the first tensor that is missing, too much or of another shape;
 * `ERR_CONFIG` when the run has another network, or the file is a checkpoint of a run; `ERR_READ`, `ERR_FORMAT`.
 */
export async function openPretrained(
  init: string,
  spec: EncoderSpec,
  choice?: CheckpointChoice,
): Promise<OpenPretrained> {
  const { weights, normalisation, notes } = /\.safetensors$/iu.test(init)
    ? await ofFile(init)
    : await ofRun(init, spec, choice);
  const { taken, withHead } = fitting(init, spec, weights);
  const head = withHead ? 'with its head' : 'with a new head';
  return {
    start: { weights: taken, hash: hashTensors(taken), normalisation, headRate: 1 },
    notes: [...notes, `starting from ${taken.size} tensors of \`${init}\`, ${head}`],
  };
}

/** Options that decide which tensors are wanted. */
const networkOptions = ['encoder', 'stem', 'width'] as const;

interface Source extends Pick<PretrainedStart, 'weights' | 'normalisation'> {
  readonly notes: readonly string[];
}

async function ofRun(
  run: string,
  spec: EncoderSpec,
  choice: CheckpointChoice | undefined,
): Promise<Source> {
  const { config, checkpoint, notes } = await readRun(run, choice);
  const { encoder, recipe } = readEmbeddableConfig(config, run);
  const [had, wanted] = [networkName(encoder), networkName(spec)];
  if (had !== wanted) {
    const { architecture, stem = 'cifar', width = 1 } = encoder;
    const wide = width === (spec.width ?? 1) ? '' : `, \`width: ${width}\``;
    throw new PipelineError(
      'ERR_CONFIG',
      `Expected the run in \`${run}\` to have trained ${wanted}, got ${had}: ` +
        `give \`encoder: ${architecture}\`, \`stem: ${stem}\`${wide} to go on from it`,
      { path: run, options: networkOptions },
    );
  }
  const { mean, std } = recipe;
  const ofAverage =
    checkpoint.average === undefined
      ? []
      : [`\`${run}\` keeps a moving average of its weights: these are taken`];
  return {
    weights: inferenceWeights(checkpoint),
    normalisation: { mean, std },
    notes: [...notes, ...ofAverage],
  };
}

async function ofFile(file: string): Promise<Source> {
  const { tensors, metadata } = await readSafetensors(file, { skip: isUnused });
  if (isCheckpointMetadata(metadata)) {
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${file}\` is a checkpoint and does not say how its images were normalised: ` +
        `give the run folder that it is from, such as \`${path.dirname(path.dirname(file))}\``,
      { path: file },
    );
  }
  return { weights: tensors, normalisation: normalisations.imagenet, notes: [] };
}

/** Counters of PyTorch's BatchNorm, which nothing reads where its momentum is fixed; they are no float32. */
function isUnused(name: string): boolean {
  return name.endsWith('.num_batches_tracked');
}

function networkName({ architecture, stem = 'cifar', width = 1 }: EncoderSpec): string {
  const wide = width === 1 ? '' : ` and ${width} times the channels`;
  return `\`${architecture}\` with the \`${stem}\` stem${wide}`;
}

/** The tensors that the network takes, in its order. */
function fitting(
  init: string,
  spec: EncoderSpec,
  weights: Weights,
): { readonly taken: Weights; readonly withHead: boolean } {
  const head = headNames(spec);
  const taken = new Map<string, NamedTensor>();
  let fittingHead = 0;
  for (const [name, { shape }] of weightShapes(spec)) {
    const tensor = weights.get(name);
    const fits = tensor !== undefined && sameSize(tensor.shape, shape);
    if (fits) taken.set(name, tensor);
    if (head.has(name)) fittingHead += fits ? 1 : 0;
    else if (tensor === undefined) throw missing(init, spec, name, weights);
    else if (!fits) throw misshapen(init, name, shape, tensor.shape);
  }
  const withHead = fittingHead === head.size;
  // Half a head is none: its layers were trained together.
  if (!withHead) for (const name of head) taken.delete(name);

  for (const name of weights.keys()) {
    if (!taken.has(name) && !isHead(name)) {
      throw new PipelineError(
        'ERR_SHAPE',
        `\`${init}\` holds \`${name}\`, which ${networkName(spec)} lacks: is it of another ` +
          '`encoder`? Only a head may be too much: `fc.…` or `head.…`',
        { path: init, options: networkOptions },
      );
    }
  }
  return { taken, withHead };
}

/** Tests whether a tensor belongs to some head: torchvision's classifier, or one of ours. */
function isHead(name: string): boolean {
  return /^(?:fc|head)\./u.test(name);
}

function missing(init: string, spec: EncoderSpec, name: string, weights: Weights): PipelineError {
  const first = weights.keys().next().value;
  const held =
    first === undefined ? 'no tensors' : `${weights.size} tensors, the first \`${first}\``;
  return new PipelineError(
    'ERR_SHAPE',
    `Expected \`${init}\` to hold \`${name}\` of ${networkName(spec)}, got ${held}: give the \`encoder\` ` +
      'that it is of, and save its weights under the names that torchvision has, without a prefix',
    { path: init, options: networkOptions },
  );
}

function misshapen(
  init: string,
  name: string,
  expected: readonly number[],
  got: readonly number[],
): PipelineError {
  const other = got[2] === 7 ? 'imagenet' : 'cifar';
  const isStem = name === 'conv1.weight' && got[2] !== expected[2];
  const wayOut = isStem ? `give \`stem: ${other}\`` : 'is it of another `encoder` or `width`?';
  return new PipelineError(
    'ERR_SHAPE',
    `Expected \`${name}\` in \`${init}\` to have the shape \`[${expected.join(', ')}]\`, got ` +
      `\`[${got.join(', ')}]\`: ${wayOut}`,
    { path: init, options: networkOptions },
  );
}

function sameSize(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, at) => size === other[at]);
}
