import type { StepSpec } from './step-spec.ts';
import { PipelineError } from '../errors.ts';
import { frozenConvolutions } from '../model/frozen-part.ts';
import { type ConvolutionPlan, networkPlan } from '../model/network-plan.ts';
import { imagesAtOnce } from './split-step.ts';
import { namesOfPart, stateParts } from './state-parts.ts';
import { weightShapes } from '../model/weight-shapes.ts';
import { counted } from '../message-words.ts';

/**
 * Bytes of a step over bytes of its convolutions' activations: a floor, because nothing that fits may be refused.
 * What further views add to the peak was measured at 2.1 (ResNet-20), 2.4 to 2.6 (ResNet-18), 2.6 to 3.4 (ResNet-8)
 * and 3.1 (ResNet-18 with the ImageNet stem) times theirs, images in blocks of channels.
 */
const activationFactor = 1.5;

/**
 * Lower bound of the memory of a training step of the `onnx` engine, in bytes: the activations of the convolutions
 * that the gradient needs, for all rows that the network sees at once; the pixels of the batch; weights, buffers
 * and averages before and after the step. It is there to refuse what cannot fit, not to promise what does. The process
 * with its runtime and compiled step (310 MB and more for ResNet-8), and what operators need while they run, are not in
 * it.
 */
export function stepMemory(spec: StepSpec): number {
  const { encoder, shape } = spec;
  const rows = imagesAtOnce(spec) * shape.views;
  const pixels = shape.images * shape.views * shape.imageSize ** 2 * 3;
  const weights = [...weightShapes(encoder).values()]
    .map(({ shape }) => shape.reduce((product, size) => product * size, 1))
    .reduce((sum, size) => sum + size, 0);
  const parts = stateParts.filter((part) => namesOfPart(spec, part).length > 0);
  const activations = rows * convolvedValues(spec) * activationFactor;
  return 4 * (activations + pixels + weights * 2 * parts.length);
}

/** Activations: values that the convolutions make of one row, and whose gradient is wanted. */
function convolvedValues({ encoder, shape, frozen }: StepSpec): number {
  const { stem, pooled, blocks } = networkPlan(encoder);
  const forgotten = frozenConvolutions(encoder, frozen);
  let side = shape.imageSize;
  let values = 0;
  const add = ({ weight, outputs }: ConvolutionPlan): void => {
    if (!forgotten.has(weight)) values += outputs * side * side;
  };
  const follow = (convolution: ConvolutionPlan): void => {
    side = Math.ceil(side / convolution.stride);
    add(convolution);
  };
  follow(stem);
  if (pooled) side = Math.ceil(side / 2);
  for (const { convolutions, shortcut } of blocks) {
    for (const convolution of convolutions) follow(convolution);
    if (shortcut !== null) add(shortcut);
  }
  return values;
}

/**
 * Refuses a step that cannot fit, before anything is compiled or allocated for it.
 *
 * @param available Bytes, as `availableMemory` counts them.
 * @throws {PipelineError} `ERR_ENGINE`, with the estimate, what there is, and the ways out.
 */
export function checkStepMemory(spec: StepSpec, available: number): void {
  const needed = stepMemory(spec);
  if (spec.memory === 'unchecked' || needed <= available) return;
  const { images, views, imageSize } = spec.shape;
  throw new PipelineError(
    'ERR_ENGINE',
    `Expected a step on ${counted(images, 'image')} of ${imageSize} × ${imageSize} in ${counted(views, 'view')} to fit into memory, ` +
      `but it takes at least ${megabytes(needed)} MB and ${megabytes(available)} MB are available. Use a smaller ` +
      '`batchSize`, a `microBatch`, smaller images or fewer views; or `ignoreMemory: true` to try it anyway',
    { options: ['batchSize', 'microBatch', 'ignoreMemory'] },
  );
}

function megabytes(bytes: number): string {
  return counted(Math.ceil(bytes / 2 ** 20));
}
