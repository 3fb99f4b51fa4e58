/** Tensor of the projector, and the files that belong to it. */
export interface ProjectorTensor {
  readonly name: string;
  readonly rows: number;
  readonly size: number;
  /** Name of its file in the folder. */
  readonly file: string;
  readonly metadata: string | undefined;
  readonly sprite: { readonly file: string; readonly side: number } | undefined;
}

/**
 * `projector_config.pbtxt`, a `ProjectorConfig` in the text format of Protocol Buffers.
 *
 * @see tensorboard/plugins/projector/projector_config.proto in tensorflow/tensorboard.
 */
export function projectorConfig(tensors: readonly ProjectorTensor[]): string {
  return tensors.map(embedding).join('');
}

function embedding({ name, rows, size, file, metadata, sprite }: ProjectorTensor): string {
  const lines = [
    `tensor_name: ${quoted(name)}`,
    `tensor_path: ${quoted(file)}`,
    `tensor_shape: ${rows}`,
    `tensor_shape: ${size}`,
    ...(metadata === undefined ? [] : [`metadata_path: ${quoted(metadata)}`]),
    ...(sprite === undefined ? [] : spriteLines(sprite)),
  ];
  return `embeddings {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function spriteLines({ file, side }: { readonly file: string; readonly side: number }): string[] {
  const dim = `  single_image_dim: ${side}`;
  return ['sprite {', `  image_path: ${quoted(file)}`, dim, dim, '}'];
}

/** A string literal: every byte that is not plain ASCII is escaped, so that no text ends it. */
function quoted(text: string): string {
  const bytes = Array.from(Buffer.from(text), (byte) => {
    const isPlain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92;
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${bytes.join('')}"`;
}
