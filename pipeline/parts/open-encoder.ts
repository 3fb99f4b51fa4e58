import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type {
  Engine,
  EncoderSession,
  ModelPorts,
  ModelSession,
} from '../../operators/engine/interface/engine.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import { inferenceWeights, type RunWeights } from '../../operators/step/inference-weights.ts';
import type { Weights } from '../../operators/types.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import { hashTensors } from '../../outputs/run/checkpoints.ts';
import type { JsonObject } from '../../operators/files/json.ts';
import {
  encoderPreprocessing,
  findModelSidecar,
  type FoundSidecar,
  sidecarPath,
} from '../../outputs/model/model-sidecar.ts';
import { identifyOnnxFile } from '../../outputs/model/onnx-file.ts';
import { inputPreprocessing } from './input-preprocessing.ts';
import { type CheckpointChoice, readRun } from '../../outputs/run/read-run.ts';
import { readEmbeddableConfig } from './run-config.ts';

/** An encoder that is ready, and how its input is made. */
export interface OpenEncoder {
  /** Belongs to the engine. */
  readonly session: EncoderSession;
  readonly preprocessing: Preprocessing;
  /** Identity of the model, for the manifest of an export. */
  readonly model: JsonObject & { readonly hash: string };
  /** Network and weights of a run; absent for an ONNX file. */
  readonly own?: { readonly spec: EncoderSpec; readonly weights: Weights } | undefined;
  /** Notes for the user. */
  readonly notes: readonly string[];
}

/** Choice of what a run is embedded by. */
export interface RunChoice {
  /** @default 'last' */
  readonly checkpoint?: CheckpointChoice | undefined;
  /** @default 'average' */
  readonly weights?: RunWeights | undefined;
}

/**
 * Opens what `model` names: a checkpoint of a run folder, or an ONNX file with its sidecar.
 *
 * @param rows Images of a batch.
 * @param choice Of the checkpoint of a run, and of its weights.
 * @throws {PipelineError} `ERR_FORMAT`, `ERR_CONFIG` or `ERR_SHAPE` when it is not what it must be; `ERR_READ`;
 * `ERR_ENGINE`.
 */
export async function openEncoder(
  engine: Engine,
  model: string,
  rows: number,
  choice: RunChoice = {},
): Promise<OpenEncoder> {
  return isModelFile(model)
    ? await openModelFile(engine, model, rows)
    : await openRunEncoder(engine, model, rows, choice);
}

/** Tests whether `model` names an ONNX file, not a run folder. */
export function isModelFile(model: string): boolean {
  return /\.onnx$/iu.test(model);
}

async function openRunEncoder(
  engine: Engine,
  run: string,
  rows: number,
  { checkpoint: at, weights: which }: RunChoice,
): Promise<OpenEncoder> {
  const { config, checkpoint, notes } = await readRun(run, at);
  const embeddable = readEmbeddableConfig(config, run);
  const { encoder, imageSize, recipe } = embeddable;
  const weights = inferenceWeights(checkpoint, which);
  const session = await engine.createEncoder(encoder, weights, { rows, imageSize });
  return {
    session: vectorsOnly(session, encoder),
    preprocessing: encoderPreprocessing(imageSize, recipe, session.layout, embeddable),
    model: {
      hash: hashTensors(weights),
      architecture: encoder.architecture,
      ...(encoder.stem === undefined ? {} : { stem: encoder.stem }),
      ...(encoder.width === undefined ? {} : { width: encoder.width }),
      step: checkpoint.step,
      ...(weights === checkpoint.average ? { averaged: true } : {}),
      engine: engine.name,
    },
    own: { spec: encoder, weights },
    notes,
  };
}

/** The logits of a classifier are no vectors of an image. */
export function vectorsOnly(session: EncoderSession, { head }: EncoderSpec): EncoderSession {
  return head === 'classifier' ? { ...session, projectionSize: 0 } : session;
}

async function openModelFile(engine: Engine, given: string, rows: number): Promise<OpenEncoder> {
  const file = path.resolve(given);
  const { hash } = await identifyOnnxFile(file);
  const found = await findModelSidecar(file);
  const { sidecar, processor, notes } = found;
  const session = await openSession(engine, file, found, rows);
  const { preprocessing, notes: ofInput } = inputPreprocessing(session, sidecar);
  return {
    session,
    preprocessing,
    model: {
      hash,
      file: path.basename(file),
      input: session.ports.input,
      outputs: { ...outputsOf(session.ports) },
      engine: engine.name,
    },
    notes: [
      ...(processor === undefined ? [] : [`images are prepared as \`${processor}\` says`]),
      ...session.notes.map((text) => `\`${file}\`: ${text}`),
      ...ofInput,
      ...notes,
    ],
  };
}

/** @throws {PipelineError} As `Engine.openModel`, with the file and where its sidecar is or would be. */
async function openSession(
  engine: Engine,
  file: string,
  { sidecar, processor }: Pick<FoundSidecar, 'sidecar' | 'processor'>,
  rows: number,
): Promise<ModelSession> {
  const { imageSize, input, layout, outputs } = sidecar;
  try {
    return await engine.openModel({ model: file, input, layout, outputs }, { rows, imageSize });
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const own = `\`${sidecarPath(file)}\``;
    const where =
      processor === undefined
        ? `its sidecar is ${own}`
        : `\`${processor}\` says how images are prepared; fields of a sidecar ${own} come before its own`;
    const sidecarText = /sidecar/u.test(error.message) ? ` (${where})` : '';
    const message = `Cannot use \`${file}\`: ${error.message}${sidecarText}${await visionBeside(file, error)}`;
    throw new PipelineError(error.code, message, {
      path: file,
      options: error.options,
      cause: error,
    });
  }
}

/** Where images and texts have a model each, the one of images is often beside the one of both. */
async function visionBeside(file: string, { message }: PipelineError): Promise<string> {
  if (!message.includes('only input')) return '';
  // A hint at the end of another error.
  const names = await readdir(path.dirname(file)).catch(() => []);
  const vision = names.filter((name) => /^vision.*\.onnx$/iu.test(name)).sort();
  return vision.length === 0 ? '' : `. Beside it is \`${vision.join('`, `')}\``;
}

/** Outputs of the model, for the manifest; a layer that is not there is absent. */
function outputsOf({ embedding, projection }: ModelPorts): JsonObject {
  return {
    ...(embedding === null ? {} : { embedding: { ...embedding } }),
    ...(projection === null ? {} : { projection: { ...projection } }),
  };
}
