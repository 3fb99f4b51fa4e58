import { openDataset } from '../datasets/open-dataset.ts';
import type { EncoderSession } from '../operators/engine/engine.ts';
import { openEngine } from '../operators/engine/open-engine.ts';
import { PipelineError } from '../operators/errors.ts';
import type { RunScope } from '../operators/flow/run-scope.ts';
import { type ViewRecipe, viewRecipe } from '../operators/image/view-recipe.ts';
import type { Dataset, EncoderSpec } from '../operators/types.ts';
import { hashTensors } from '../outputs/checkpoints.ts';
import { type EmbeddingsFolder, openEmbeddingsFolder } from '../outputs/embeddings-folder.ts';
import { type ExportShard, parseShard } from '../outputs/export-shard.ts';
import { readRun } from '../outputs/run-folder.ts';
import type { EmbedOptions } from './options.ts';
import { readEmbeddableConfig } from './run-config.ts';
import type { RunListener } from './run-listener.ts';

/** What an export stands on. All of it belongs to the scope. */
export interface Export {
  readonly data: Dataset;
  readonly recipe: ViewRecipe;
  readonly session: EncoderSession;
  readonly folder: EmbeddingsFolder;
}

/** Opens data, model, engine and the folder to write to. */
export async function openExport(
  scope: RunScope,
  options: EmbedOptions,
  listener: RunListener,
): Promise<Export> {
  const { split, limit, seed, threads, layer, batchSize, resume, verify, shard } = options;
  const data = await openDataset(options.data, {
    split: split ?? undefined,
    classes: options.classes ?? undefined,
    exceptClasses: options.exceptClasses ?? undefined,
    limit: limit ?? undefined,
    seed,
    signal: scope.signal,
  });
  const { config, checkpoint, notes } = await readRun(options.model);
  const { encoder, imageSize, recipe: trained } = readEmbeddableConfig(config, options.model);
  const recipe = viewRecipe('plain', trained);
  const engine = scope.use(await openEngine(options.engine, threads ?? undefined));
  const session = scope.use(
    await engine.createEncoder(encoder, checkpoint.weights, { rows: batchSize, imageSize }),
  );
  const { embeddingSize, projectionSize } = session;
  const { name, hash, count, classes } = data;
  const folder = scope.use(
    await openEmbeddingsFolder(options.out, {
      dataset: { name, hash, count, classes },
      model: {
        hash: hashTensors(checkpoint.weights),
        architecture: encoder.architecture,
        step: checkpoint.step,
        engine: engine.name,
      },
      preprocessing: { imageSize, mean: recipe.mean, std: recipe.std },
      layers: layersOf(encoder, layer, options.model),
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
  return { data, recipe, session, folder };
}

/** The shard that an option names; none when the only piece is the whole. */
function pieceOf(text: string): ExportShard | undefined {
  const shard = parseShard(text);
  if (shard === undefined) {
    throw new RangeError(`Expected \`shard\` to be such as \`2/8\`, got \`${text}\``);
  }
  return shard.of === 1 ? undefined : shard;
}

/** The layers to export: `both` are all that the model gives, and a classifier has no projection. */
function layersOf(
  { head }: EncoderSpec,
  wanted: EmbedOptions['layer'],
  model: string,
): EmbedOptions['layer'] {
  if (head !== 'classifier' || wanted === 'embedding') return wanted;
  if (wanted === 'both') return 'embedding';
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${model}\` is a classifier, which has no \`projection\`. Export \`--layer embedding\`.`,
    { path: model },
  );
}
