import { PipelineError } from '../../errors.ts';
import type {
  ImageLayout,
  ModelOutput,
  ModelPorts,
  ModelSpec,
  PixelType,
} from '../interface/engine.ts';
import { pixelTypes, vectorTypes } from './port-types.ts';
import { eitherOf } from '../../message-words.ts';

/** An input or output, as the runtime describes it. A size that is free has a name or is below 1. */
export interface PortMetadata {
  readonly name: string;
  /** Such as `float32`; undefined when it is no tensor. */
  readonly type: string | undefined;
  readonly shape: readonly (number | string)[];
}

/** All ports of a model. */
export interface ModelMetadata {
  readonly inputs: readonly PortMetadata[];
  readonly outputs: readonly PortMetadata[];
}

/**
 * Resolves the ports of a model: those that are named, and otherwise the obvious ones
 * (`ModelSpec`).
 *
 * @throws {PipelineError} `ERR_CONFIG` when there are no such ports, naming those there are; `ERR_SHAPE` when the
 * input is no image of `imageSize` pixels, or an element type is not one of `pixelTypes` and `vectorTypes`.
 */
export function modelPorts(
  { inputs, outputs }: ModelMetadata,
  spec: Omit<ModelSpec, 'model'>,
  imageSize: number,
): ModelPorts {
  const input = inputOf(inputs, spec.input);
  const layout = spec.layout ?? layoutOf(input);
  const inputType = pixelTypeOf(input);
  const fixedRows = checkInput(input, layout, imageSize);
  const named = spec.outputs ?? obviousOutputs(outputs);
  const { embedding, projection } = named;
  if (embedding === undefined && projection === undefined) {
    throw new PipelineError(
      'ERR_CONFIG',
      'Expected `outputs` in its sidecar to name the output that is `embedding`, `projection`, or both, such as ' +
        `{"embedding":"${outputs[0]?.name ?? 'NAME'}"}; the model has ${listed(outputs)}`,
    );
  }
  for (const [layer, output] of Object.entries({ embedding, projection })) {
    if (output !== undefined) checkOutput(layer, output, outputs);
  }
  return {
    input: input.name,
    inputType,
    layout,
    fixedRows,
    embedding: embedding ?? null,
    projection: projection ?? null,
  };
}

function inputOf(inputs: readonly PortMetadata[], name: string | undefined): PortMetadata {
  const [only, ...others] = inputs;
  const found = name === undefined ? only : inputs.find((input) => input.name === name);
  if (found === undefined) {
    throw new PipelineError(
      'ERR_CONFIG',
      `Expected an input \`${name ?? ''}\`; the model has ${listed(inputs)}`,
    );
  }
  if (others.length > 0) {
    throw new PipelineError(
      'ERR_CONFIG',
      `Expected a model with images as its only input, got ${listed(inputs)}: ` +
        'export the image encoder by itself',
    );
  }
  return found;
}

/** Notes of what was taken without being named. */
export function portNotes(
  { inputs, outputs }: ModelMetadata,
  spec: Omit<ModelSpec, 'model'>,
  ports: ModelPorts,
): readonly string[] {
  const notes: string[] = [];
  const input = inputs.find(({ name }) => name === ports.input);
  if (spec.layout === undefined && input !== undefined && layoutSaid(input) === undefined) {
    notes.push(
      `the model does not say how its input \`${input.name}\` [${input.shape.join(', ')}] is laid out: NCHW is taken; ` +
        'say with `layout` in its sidecar if it is `NHWC`',
    );
  }
  const taken = [ports.embedding?.name, ports.projection?.name];
  const left = outputs.filter(({ name }) => !taken.includes(name));
  if (spec.outputs === undefined && left.length > 0) {
    const named = taken.flatMap((name) => (name === undefined ? [] : [`\`${name}\``]));
    const others = left.map(({ name }) => `\`${name}\``).join(', ');
    notes.push(`of the outputs of the model ${named.join(' and ')} is taken, not ${others}`);
  }
  return notes;
}

function layoutOf(input: PortMetadata): ImageLayout {
  return layoutSaid(input) ?? 'NCHW';
}

/** The layout that sizes tell, or the names of those that are free; undefined when nothing does. */
function layoutSaid({ shape }: PortMetadata): ImageLayout | undefined {
  const [, first, second, last] = shape;
  if (shape.length !== 4) return undefined;
  if (first === 3) return 'NCHW';
  if (last === 3) return 'NHWC';
  const isChannels = (size: number | string | undefined): boolean =>
    typeof size === 'string' && /chan|^c$/iu.test(size);
  const isSide = (size: number | string | undefined): boolean =>
    typeof size === 'string' && /height|width|^[hw]$/iu.test(size);
  if (isChannels(first) || (isSide(second) && isSide(last))) return 'NCHW';
  if (isChannels(last) || (isSide(first) && isSide(second))) return 'NHWC';
  return undefined;
}

function pixelTypeOf({ name, type }: PortMetadata): PixelType {
  const found = pixelTypes.find((one) => one === type);
  if (found !== undefined) return found;
  throw new PipelineError(
    'ERR_SHAPE',
    `Expected input \`${name}\` of the model to be ${eitherOf(pixelTypes)}, got ${type ?? 'no tensor'}: ` +
      'export the model with float32 inputs and outputs',
  );
}

/** @returns Rows that the model is fixed to. */
function checkInput(input: PortMetadata, layout: ImageLayout, imageSize: number): number | null {
  const { name, shape } = input;
  // A model need not say what it takes; then it is tried.
  if (shape.length === 0) return null;
  const expected =
    layout === 'NCHW' ? [null, 3, imageSize, imageSize] : [null, imageSize, imageSize, 3];
  const wrong = expected.flatMap((size, at) =>
    size !== null && shape[at] !== undefined && isFixed(shape[at]) && shape[at] !== size
      ? [at]
      : [],
  );
  if (shape.length !== 4 || wrong.length > 0) {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected input \`${name}\` of the model to take ${layout} images of 3 channels and ${imageSize} × ` +
        `${imageSize} pixels, got the shape [${shape.join(', ')}]: ${wayOutOf(shape, layout, wrong)}`,
    );
  }
  return isFixed(shape[0]!) ? shape[0] : null;
}

function wayOutOf(
  shape: PortMetadata['shape'],
  layout: ImageLayout,
  wrong: readonly number[],
): string {
  if (shape.length !== 4) return 'images have four dimensions, with the batch in front';
  const [channels, ...sides] = layout === 'NCHW' ? [1, 2, 3] : [3, 1, 2];
  const [height, width] = sides.map((at) => shape[at]!);
  if (isFixed(height!) && isFixed(width!) && height !== width) {
    return 'only square images are made; export it for a square input';
  }
  if (!wrong.includes(channels)) return `is \`imageSize\` in its sidecar another?`;
  if (wrong.length === 1) return 'only images of three channels are made';
  return 'is `layout` in its sidecar another?';
}

function isFixed(size: number | string): size is number {
  return typeof size === 'number' && size >= 1;
}

function obviousOutputs(outputs: readonly PortMetadata[]): NonNullable<ModelSpec['outputs']> {
  const named = (name: string): ModelOutput | undefined =>
    outputs.some((output) => output.name === name) ? { name } : undefined;
  const embedding = named('embedding') ?? named('pooler_output');
  const projection = named('projection') ?? named('image_embeds');
  if (embedding !== undefined || projection !== undefined) {
    // Hugging Face leaves the vectors as long as they are.
    const normalize = projection?.name === 'image_embeds';
    return {
      embedding,
      projection: projection === undefined ? undefined : { ...projection, normalize },
    };
  }
  return outputs.length === 1 ? { embedding: { name: outputs[0]!.name } } : {};
}

function checkOutput(layer: string, { name }: ModelOutput, outputs: readonly PortMetadata[]): void {
  const output = outputs.find((candidate) => candidate.name === name);
  if (output === undefined) {
    throw new PipelineError(
      'ERR_CONFIG',
      `Expected an output \`${name}\` for \`${layer}\`; the model has ${listed(outputs)}`,
    );
  }
  if (!vectorTypes.some((type) => type === output.type)) {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected output \`${name}\` of the model to be ${eitherOf(vectorTypes)}, got ${output.type ?? 'no tensor'}: ` +
        'export the model with float32 outputs',
    );
  }
}

function listed(ports: readonly PortMetadata[]): string {
  const texts = ports.map(
    ({ name, type, shape }) => `\`${name}\` (${type ?? 'no tensor'} [${shape.join(', ')}])`,
  );
  return texts.length === 0 ? 'none' : texts.join(', ');
}
