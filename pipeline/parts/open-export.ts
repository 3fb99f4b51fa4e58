import { openDataset } from '../../datasets/open-dataset.ts';
import type { EncoderSession } from '../../operators/engine/seam/engine.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import type { Dataset } from '../../operators/types.ts';
import {
  type EmbeddingsFolder,
  openEmbeddingsFolder,
} from '../../outputs/embeddings/embeddings-folder.ts';
import { EMBEDDINGS_LAYERS } from '../../outputs/embeddings/embeddings-schema.ts';
import { type ExportShard, parseShard } from '../../outputs/embeddings/export-shard.ts';
import { isModelFile, openEncoder } from './open-encoder.ts';
import { openRunEngine } from './open-run-engine.ts';
import type { EmbedOptions } from '../options/shared-options.ts';
import type { RunListener } from './run-listener.ts';

/** What an export stands on. All of it belongs to the scope. */
export interface Export {
  readonly data: Dataset;
  readonly preprocessing: Preprocessing;
  readonly session: EncoderSession;
  readonly folder: EmbeddingsFolder;
}

/** Opens data, model, engine and the folder to write to. */
export async function openExport(
  scope: RunScope,
  options: EmbedOptions,
  listener: RunListener,
): Promise<Export> {
  const { split, limit, seed, layer, batchSize, resume, verify, shard } = options;
  const data = await openDataset(options.data, {
    split: split ?? undefined,
    classes: options.classes ?? undefined,
    exceptClasses: options.exceptClasses ?? undefined,
    limit: limit ?? undefined,
    seed,
    signal: scope.signal,
  });
  const engine = await openRunEngine(scope, options, listener, isModelFile(options.model));
  const opened = await openEncoder(engine, options.model, batchSize);
  const { preprocessing, model, notes } = opened;
  const session = scope.use(opened.session);
  const { embeddingSize, projectionSize } = session;
  const { name, hash, count, classes } = data;
  const folder = scope.use(
    await openEmbeddingsFolder(options.out, {
      dataset: { name, hash, count, classes },
      model,
      preprocessing: { ...preprocessing },
      layers: layersOf(session, layer, options.model),
      sizes: { embedding: embeddingSize, projection: projectionSize },
      split: split ?? undefined,
      resume,
      verify,
      shard: shard === null ? undefined : pieceOf(shard),
    }),
  );
  for (const note of [...notes, ...folder.notes]) listener.note?.(note);
  const left = folder.endPosition - folder.nextPosition;
  const total = Math.ceil(folder.positions / batchSize);
  listener.planned?.({ total, done: total - Math.ceil(left / batchSize), images: batchSize });
  return { data, preprocessing, session, folder };
}

/** The layers to export: `both` are all that the model gives. */
function layersOf(
  { embeddingSize, projectionSize }: EncoderSession,
  wanted: EmbedOptions['layer'],
  model: string,
): EmbedOptions['layer'] {
  const sizes = { embedding: embeddingSize, projection: projectionSize };
  const given = EMBEDDINGS_LAYERS.filter((layer) => sizes[layer] > 0);
  if (wanted === 'both') return given.length === 1 ? given[0]! : 'both';
  if (given.includes(wanted)) return wanted;
  const texts = given.map((layer) => `\`${layer}\` (${sizes[layer]} values)`);
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`--layer\` to name what \`${model}\` gives, which is ${texts.join(' and ')}; got \`${wanted}\``,
    { path: model },
  );
}

/** The shard that an option names; none when the only piece is the whole. */
function pieceOf(text: string): ExportShard | undefined {
  const shard = parseShard(text);
  if (shard === undefined) {
    throw new RangeError(`Expected \`shard\` to be such as \`2/8\`, got \`${text}\``);
  }
  return shard.of === 1 ? undefined : shard;
}
