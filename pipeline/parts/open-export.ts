import type { EncoderSession } from '../../operators/engine/interface/engine.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { inputShrinkTarget, type Preprocessing } from '../../operators/image/preprocessing.ts';
import type { Dataset } from '../../operators/types.ts';
import { openEmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import type { EmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import { embeddingsLayers } from '../../outputs/embeddings/embeddings-schema.ts';
import { checkPreparedReading, tellPreparedSize } from './check-prepared.ts';
import { chosenPrecision } from './chosen-precision.ts';
import { chosenReading } from './chosen-reading.ts';
import { isModelFile, openEncoder } from './open-encoder.ts';
import { readPermits } from './native-permits.ts';
import { openData } from './open-data.ts';
import { openRunEngine } from './open-run-engine.ts';
import type { EmbedOptions } from '../options/embed-options.ts';
import type { Resolved } from '../options/verb.ts';
import { pieceOf } from './piece-of.ts';
import { exportOpening } from './opening-notes.ts';
import type { TellNote } from './run-event.ts';
import { tellDecoder } from './tell-decoder.ts';

/** Resources of an export. All of them belong to the scope. */
export interface Export {
  readonly data: Dataset;
  readonly preprocessing: Preprocessing;
  readonly session: EncoderSession;
  readonly folder: EmbeddingsFolder;
  /** What is going to be done, for the user. */
  readonly opening: () => string;
}

/** Opens data, model, engine and the folder to write to. */
export async function openExport(
  scope: RunScope,
  options: Resolved<EmbedOptions>,
  note: TellNote,
): Promise<Export> {
  const { split, layer, batchSize, resume, verify, shard } = options;
  const choice = { checkpoint: options.checkpoint ?? undefined, weights: options.weights };
  const data = await openData(options, scope.signal, note);
  await tellDecoder(options.decoder, note);
  const engine = await openRunEngine(scope, options, note, isModelFile(options.model));
  const opened = await openEncoder(engine, options.model, batchSize, choice);
  const { preprocessing, notes } = chosenReading(opened.preprocessing, options);
  checkPreparedReading(data, preprocessing);
  tellPreparedSize(data, inputShrinkTarget(preprocessing), note);
  const means = { engine, data, preprocessing, options, scope, note };
  const precise = await chosenPrecision(opened, means);
  const { model } = precise;
  const session = scope.use(precise.session);
  const { embeddingSize, projectionSize } = session;
  const folder = scope.use(
    await openEmbeddingsFolder(options.out, {
      dataset: data,
      model,
      preprocessing: { ...preprocessing },
      layers: layersOf(session, layer, options.model),
      sizes: { embedding: embeddingSize, projection: projectionSize },
      split: split ?? undefined,
      resume,
      verify,
      permits: readPermits,
      signal: scope.signal,
      shard: shard === null ? undefined : pieceOf(shard),
    }),
  );
  for (const text of [...opened.notes, ...notes, ...folder.notes]) note(text);
  const opening = (): string => exportOpening(options.model, folder, session, engine);
  return { data, preprocessing, session, folder, opening };
}

type Layers = Resolved<EmbedOptions>['layer'];

/** The layers to export: `both` are all that the model gives. */
function layersOf(
  { embeddingSize, projectionSize }: EncoderSession,
  wanted: Layers,
  model: string,
): Layers {
  const sizes = { embedding: embeddingSize, projection: projectionSize };
  const given = embeddingsLayers.filter((layer) => sizes[layer] > 0);
  if (wanted === 'both') return given.length === 1 ? given[0]! : 'both';
  if (given.includes(wanted)) return wanted;
  const texts = given.map((layer) => `\`${layer}\` (${sizes[layer]} values)`);
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`layer\` to name what \`${model}\` gives, which is ${texts.join(' and ')}; got \`${wanted}\``,
    { path: model, options: ['layer'] },
  );
}
