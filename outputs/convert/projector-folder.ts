import fs from 'node:fs/promises';
import path from 'node:path';
import { type IsOwnFile, openPartialFolder } from '../../operators/files/partial-folder.ts';
import { writeError } from '../../operators/files/write-error.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { ImagesOfIds } from '../thumbnails/images-of-ids.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionReport, NotedConversion } from './conversion.ts';
import { projectorColumns, type ProjectorColumns, type TensorColumn } from './projector-columns.ts';
import { projectorConfig } from './projector-config.ts';
import { metadataLine, metadataLines, rowsAtOnce, tensorLines } from './projector-lines.ts';
import { projectorSide, projectorSprite } from './projector-sprite.ts';

/** Options of the projector. */
export interface ProjectorOptions extends NotedConversion {
  /** Images of the rows by their ids, for thumbnails. Borrowed. @default none */
  readonly images?: ImagesOfIds | undefined;
}

const names = { metadata: 'metadata.tsv', sprite: 'sprite.jpg', config: 'projector_config.pbtxt' };
const tensorName = (column: number): string => `tensors-${column}.tsv`;

/** Files of such a folder. */
export const isProjectorFile: IsOwnFile = (name) =>
  Object.values(names).includes(name) || /^tensors-\d+\.tsv$/u.test(name);

/** Rows that TensorBoard sends to its page. */
const mostShown = 100_000;

/**
 * Writes vectors as a folder for the embedding projector of TensorBoard: `tensorboard --logdir FOLDER`. It appears when it is
 * complete.
 *
 * ```
 * tensors-0.tsv            a line for each vector, of each column of vectors
 * metadata.tsv             id, label and the other columns; without a heading when it is one column
 * sprite.jpg               a thumbnail for each row, when there are images
 * projector_config.pbtxt   what belongs together
 * ```
 *
 * Text, because its binary form is told from text by bytes that are no UTF-8, which a vector of zeros is.
 *
 * @param folder One that holds other files is refused.
 * @param source Borrowed: the caller closes it.
 * @throws {PipelineError} `ERR_FORMAT` when there are no vectors, `ERR_WRITE`; and whatever reading throws.
 * @throws The reason of `signal`; nothing is left behind then.
 */
export async function writeProjector(
  folder: string,
  source: ArrowSource,
  options: ProjectorOptions = {},
): Promise<ConversionReport> {
  const { images, signal, onNote } = options;
  const columns = projectorColumns(source.schema, source.path);
  const partial = await openPartialFolder(folder, isProjectorFile);
  const file = (name: string): string => path.join(partial.temporary, name);
  try {
    const rows = await writeLines(source, columns, file, options);
    const sprite =
      images === undefined ? undefined : await projectorSprite(source, images, options);
    if (sprite !== undefined) await written(file(names.sprite), sprite.jpeg);
    const hasMetadata = columns.metadata.length > 0;
    const tensors = columns.tensors.map(({ name, size }, at) => ({
      name,
      rows,
      size,
      file: tensorName(at),
      metadata: hasMetadata ? names.metadata : undefined,
      sprite: sprite === undefined ? undefined : { file: names.sprite, side: projectorSide },
    }));
    await written(file(names.config), projectorConfig(tensors));
    signal?.throwIfAborted();
    if (rows > mostShown)
      onNote?.(`The projector shows the first ${counted(mostShown)} rows alone`);
    const { bytes } = await partial.commit();
    return { path: folder, rows, bytes };
  } catch (error) {
    await partial.discard();
    throw error;
  }
}

async function written(file: string, content: string | Uint8Array): Promise<void> {
  await fs.writeFile(file, content).catch((error: unknown) => {
    throw writeError(file, error);
  });
}

/** Writes tensors and metadata in one pass over the rows. */
async function writeLines(
  source: ArrowSource,
  { tensors, metadata }: ProjectorColumns,
  file: (name: string) => string,
  { signal, onRows, onNote }: ProjectorOptions,
): Promise<number> {
  const nulls = tensors.map(() => 0);
  let rows = 0;
  const out = await openFiles(tensors.map((_, at) => file(tensorName(at))));
  const said = await openFiles(metadata.length === 0 ? [] : [file(names.metadata)]);
  try {
    // A single column has no heading: its first line would be a row.
    if (metadata.length > 1)
      await said[0]!.appendFile(metadataLine(metadata.map(({ name }) => name)));
    for await (const batch of source.read()) {
      for (let from = 0; from < batch.numRows; from += rowsAtOnce) {
        signal?.throwIfAborted();
        const to = Math.min(from + rowsAtOnce, batch.numRows);
        for (const [at, tensor] of tensors.entries()) {
          const lines = tensorLines(batch, tensor, from, to);
          nulls[at]! += lines.nulls;
          await out[at]!.appendFile(lines.bytes);
        }
        await said[0]?.appendFile(metadataLines(batch, metadata, from, to));
      }
      rows += batch.numRows;
      onRows?.(rows);
    }
  } catch (error) {
    throw isSystem(error) ? writeError(file(''), error) : error;
  } finally {
    for (const handle of [...out, ...said]) await handle.close();
  }
  for (const note of nullNotes(tensors, nulls)) onNote?.(note);
  return rows;
}

function isSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

async function openFiles(files: readonly string[]): Promise<readonly fs.FileHandle[]> {
  const handles: fs.FileHandle[] = [];
  for (const file of files) {
    handles.push(
      await fs.open(file, 'wx').catch((error: unknown) => {
        throw writeError(file, error);
      }),
    );
  }
  return handles;
}

function nullNotes(tensors: readonly TensorColumn[], nulls: readonly number[]): readonly string[] {
  return tensors.flatMap(({ name }, at) => {
    const count = nulls[at]!;
    if (count === 0) return [];
    return [
      `${counted(count, 'row has', 'rows have')} no ${shownName(name)}, and zeros in its place`,
    ];
  });
}
