import type {
  CalibrationSession,
  EncoderSession,
  Engine,
} from '../../operators/engine/interface/engine.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { counted } from '../../operators/message-words.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import type { Dataset } from '../../operators/types.ts';
import { exportedModel } from '../../outputs/embeddings/exported-model.ts';
import { embeddingsLayers } from '../../outputs/embeddings/embeddings-schema.ts';
import type { EmbedOptions } from '../options/embed-options.ts';
import type { Resolved } from '../options/verb.ts';
import { type Calibrated, calibrateInt8, drawInt8, leastImages } from './calibrate-int8.ts';
import { type DrawnInputs, forDrawnInputs } from './drawn-inputs.ts';
import { tryInt8 } from './int8-trial.ts';
import { int8Faults, int8Words } from './int8-verdict.ts';
import { type OpenEncoder, vectorsOnly } from './open-encoder.ts';
import { type Calibration, precisionRecord, recordedQuantisation } from './precision-record.ts';
import type { TellNote } from './run-event.ts';

/** An encoder in the precision that an export is made in, and its identity for the manifest. */
export type PreciseEncoder = Pick<OpenEncoder, 'session' | 'model'>;

/** Means to choose a precision. */
export interface PrecisionMeans {
  readonly engine: Engine;
  readonly data: Dataset;
  readonly preprocessing: Preprocessing;
  readonly options: Resolved<EmbedOptions>;
  readonly scope: Pick<RunScope, 'signal' | 'draining'>;
  readonly note: TellNote;
}

/** Images below which a trial takes longer than int8 saves, for networks that it makes three times as fast. */
const worthTrial = 8192;

/** Images that are prepared and encoded together: enough to tell times apart. */
const batchOfTrial = 32;

/**
 * The encoder of an export in the precision that `precision` asks for. An export that was begun goes on in what it was
 * begun with, on the same scales: what its manifest holds is taken, and nothing tried again.
 *
 * @param opened In float32. Its session is closed when another is taken.
 * @throws {PipelineError} `ERR_CONFIG` when int8 is asked for by name and cannot be had, or its trial fails, with the
 * numbers; or when the export in `out` was begun in another precision.
 */
export async function chosenPrecision(
  opened: OpenEncoder,
  means: PrecisionMeans,
): Promise<PreciseEncoder> {
  const { precision, out, resume, shard } = means.options;
  const begun = resume || shard !== null ? await exportedModel(out) : undefined;
  if (begun !== undefined && begun.hash === opened.model.hash) {
    return await asBegun(opened, begun['precision'], means);
  }
  if (precision === 'float32') return opened;
  const obstacle = obstacleOf(opened, means);
  if (obstacle !== undefined) return withoutInt8(opened, obstacle, means);
  const tried = await triedInt8(opened, means);
  if (typeof tried === 'string') return withoutInt8(opened, tried, means);
  await opened.session.close();
  return tried;
}

/** Goes on in the precision of an export that was begun. */
async function asBegun(
  opened: OpenEncoder,
  record: unknown,
  { engine, options }: PrecisionMeans,
): Promise<PreciseEncoder> {
  const { precision, out, batchSize } = options;
  const before = record === undefined ? 'float32' : 'int8';
  if (precision !== 'auto' && precision !== before) throw begunOtherwise(out, before, precision);
  if (record === undefined) return opened;
  const quantisation = recordedQuantisation(record);
  if (quantisation === undefined) {
    throw new PipelineError(
      'ERR_FORMAT',
      `The manifest in \`${out}\` holds no scales of int8 under \`model.precision\`: export into another folder`,
      { path: out },
    );
  }
  const obstacle = engineObstacle(engine);
  if (obstacle !== undefined) {
    throw new PipelineError(
      'ERR_CONFIG',
      `The export in \`${out}\` was begun in int8, which cannot be continued here: ${obstacle}`,
      { path: out, options: ['engine', 'device'] },
    );
  }
  // Only runs are exported in int8, and this is the same model.
  const { spec, weights } = opened.own!;
  const shape = { rows: batchSize, imageSize: opened.session.imageSize };
  const session = await engine.int8!.createEncoder(spec, weights, shape, quantisation);
  await opened.session.close();
  return {
    session: vectorsOnly(session, spec),
    model: JSON.parse(
      JSON.stringify({ ...opened.model, precision: record }),
    ) as OpenEncoder['model'],
  };
}

function begunOtherwise(out: string, before: string, now: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `The export in \`${out}\` was begun in ${before}, and no export holds vectors of both. Continue with ` +
      `\`precision: ${before}\`, or export into another folder in ${now}`,
    { path: out, options: ['precision'] },
  );
}

/** Float32 where it was left open, else a refusal. */
function withoutInt8(
  opened: OpenEncoder,
  why: string,
  { options, note }: PrecisionMeans,
): PreciseEncoder {
  if (options.precision === 'auto') {
    note(`\`precision: auto\` takes float32: ${why}`, ['precision', 'engine', 'device']);
    return opened;
  }
  throw new PipelineError(
    'ERR_CONFIG',
    `\`precision: int8\` is refused: ${why}. Use \`precision: float32\``,
    { path: options.model, options: ['precision', 'engine', 'device'] },
  );
}

/** Reason why int8 is not even tried. */
function obstacleOf(
  { own }: OpenEncoder,
  { engine, data, options }: PrecisionMeans,
): string | undefined {
  if (own === undefined) return 'an ONNX file is run as it is, and only runs of `train` have int8';
  const least = options.precision === 'auto' ? worthTrial : leastImages;
  if (data.count < least) {
    const why =
      options.precision === 'auto'
        ? 'its trial takes longer than it saves'
        : 'it has nothing to be tried on';
    return `with fewer than ${counted(least, 'image')} ${why}, and here are ${counted(data.count)}`;
  }
  return engineObstacle(engine);
}

function engineObstacle({ name, device, int8 }: Engine): string | undefined {
  if (int8 !== undefined) return undefined;
  return name === 'onnx' && device.startsWith('cpu')
    ? 'this processor has neither VNNI nor AMX nor their like, as `doctor` says, and would saturate'
    : `it needs \`engine: onnx\` with \`device: cpu\`, and this is ${name} (${device})`;
}

/** The int8 encoder when it passes its trial, else why not. */
async function triedInt8(
  opened: OpenEncoder,
  means: PrecisionMeans,
): Promise<PreciseEncoder | string> {
  const { engine, data, options, scope, note } = means;
  const { spec, weights } = opened.own!;
  const { imageSize } = opened.session;
  const shape = { rows: options.batchSize, imageSize };
  const { calibration, trial } = drawInt8(data.count, options.seed);
  note(
    `trying int8: ${counted(calibration.length, 'image')} of \`${data.name}\` set its scales, ` +
      `${counted(trial.length)} others compare it with float32`,
  );
  const inputsOf = inputsIn(means);
  const { images, quantisation } = await calibratedOn(
    await engine.int8!.createCalibration(spec, weights, shape),
    inputsOf(calibration),
  );
  const calibrated: Calibration = { images, quantisation, seed: options.seed };
  const session = vectorsOnly(
    await engine.int8!.createEncoder(spec, weights, shape, quantisation),
    spec,
  );
  const result = await tryInt8({
    float32: opened.session,
    int8: session,
    layers: layersOf(opened.session, options.layer),
    classes: data.classes,
    inputs: inputsOf(trial),
    signal: scope.signal,
  });
  const faults = int8Faults(result);
  if (faults.length > 0) {
    await session.close();
    return `in its trial on ${counted(result.images, 'image')} ${faults.join('; ')}`;
  }
  note(`int8 passed its trial on ${int8Words(result)}`);
  return { session, model: { ...opened.model, precision: precisionRecord(calibrated, result) } };
}

/** @param observer Closed. */
async function calibratedOn(
  observer: CalibrationSession,
  inputs: (work: Work) => Promise<void>,
): Promise<Calibrated> {
  try {
    return await calibrateInt8(observer, inputs);
  } finally {
    await observer.close();
  }
}

type Work = (inputs: DrawnInputs) => Promise<void>;

function inputsIn({
  data,
  preprocessing,
  options,
  scope,
}: PrecisionMeans): (positions: Uint32Array) => (work: Work) => Promise<void> {
  const batchSize = Math.min(options.batchSize, batchOfTrial);
  const drawn = { data, preprocessing, loading: options, batchSize, scope };
  return (positions) => (work) => forDrawnInputs(drawn, positions, work);
}

function layersOf(
  { embeddingSize, projectionSize }: EncoderSession,
  wanted: Resolved<EmbedOptions>['layer'],
): readonly ('embedding' | 'projection')[] {
  const sizes = { embedding: embeddingSize, projection: projectionSize };
  return embeddingsLayers.filter(
    (layer) => sizes[layer] > 0 && (wanted === 'both' || wanted === layer),
  );
}
