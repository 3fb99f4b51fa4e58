import { loadCheckpoint } from '../run/checkpoints.ts';
import { listSafetensors, readSafetensors } from '../run/read-safetensors.ts';
import type { Inspection, InspectPathOptions } from './inspection.ts';

/**
 * Describes a safetensors file by its header; when it is to be verified, all of it is read, and a checkpoint is
 * compared with its hash.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged.
 */
export async function inspectSafetensors(
  path: string,
  { verify = false }: InspectPathOptions,
): Promise<Inspection> {
  const { tensors, metadata, bytes } = await listSafetensors(path);
  const isCheckpoint = metadata['format'] === 'sincere-checkpoint';
  if (verify) await (isCheckpoint ? loadCheckpoint(path) : readSafetensors(path));
  const sizes = tensors.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const producer = metadata['producer'];
  return {
    path,
    kind: 'safetensors',
    what: isCheckpoint
      ? `Checkpoint of ${producer ?? 'sincere'} after ${metadata['step']} steps`
      : 'Tensors in safetensors',
    facts: {
      tensors: tensors.length,
      values: sizes.reduce((sum, size) => sum + size, 0),
      bytes,
      ...(verify ? { verified: isCheckpoint ? 'hash equal' : 'all tensors read' } : {}),
    },
    metadata,
    columns: [],
    tables: [
      {
        title: 'tensors',
        records: tensors.map(({ name, shape }, at) => ({
          name,
          type: 'float32',
          shape: `[${shape.join(', ')}]`,
          values: sizes[at]!,
        })),
      },
    ],
    preview: [],
    problems: [],
  };
}
