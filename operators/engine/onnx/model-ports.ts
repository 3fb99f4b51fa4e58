import { PipelineError } from '../../errors.ts';
import type { ImageLayout, ModelOutput, ModelPorts, ModelSpec } from '../interface/engine.ts';

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
 * input is no image of `imageSize` pixels or not of float32.
 */
export function modelPorts(
  { inputs, outputs }: ModelMetadata,
  spec: Omit<ModelSpec, 'model'>,
  imageSize: number,
): ModelPorts {
  const input = inputOf(inputs, spec.input);
  const layout = spec.layout ?? layoutOf(input);
  const fixedRows = checkInput(input, layout, imageSize);
  const named = spec.outputs ?? obviousOutputs(outputs);
  const { embedding, projection } = named;
  if (embedding === undefined && projection === undefined) {
    throw new PipelineError(
      'ERR_CONFIG',
      'Expected `outputs` to name the output that is `embedding`, `projection`, or both; ' +
        `the model has ${listed(outputs)}`,
    );
  }
  for (const [layer, output] of Object.entries({ embedding, projection })) {
    if (output !== undefined) checkOutput(layer, output, outputs);
  }
  return {
    input: input.name,
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

function layoutOf({ shape }: PortMetadata): ImageLayout {
  return shape.length === 4 && shape[1] !== 3 && shape[3] === 3 ? 'NHWC' : 'NCHW';
}

/** @returns Rows that the model is fixed to. */
function checkInput(input: PortMetadata, layout: ImageLayout, imageSize: number): number | null {
  const { name, type, shape } = input;
  if (type !== 'float32') {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected input \`${name}\` of the model to be float32, got ${type ?? 'no tensor'}: ` +
        'export the model with float32 inputs and outputs',
    );
  }
  const expected =
    layout === 'NCHW' ? [null, 3, imageSize, imageSize] : [null, imageSize, imageSize, 3];
  const fits =
    shape.length === 4 &&
    expected.every((size, at) => size === null || !isFixed(shape[at]!) || shape[at] === size);
  if (!fits) {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected input \`${name}\` of the model to take ${layout} images of 3 channels and ${imageSize} × ` +
        `${imageSize} pixels, got the shape [${shape.join(', ')}]: is \`imageSize\` or \`layout\` another?`,
    );
  }
  return isFixed(shape[0]!) ? shape[0] : null;
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
  if (output.type !== 'float32') {
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected output \`${name}\` of the model to be float32, got ${output.type ?? 'no tensor'}: ` +
        'export the model with float32 inputs and outputs',
    );
  }
}

function listed(ports: readonly PortMetadata[]): string {
  const texts = ports.map(
    ({ name, type, shape }) => `\`${name}\` (${type ?? 'no tensor'} [${shape.join(', ')}])`,
  );
  return texts.length === 0 ? 'none' : texts.join(', ');
}
