import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type {
  Engine,
  EncoderSession,
  ModelPorts,
} from '../../operators/engine/interface/engine.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import { hashTensors } from '../../outputs/run/checkpoints.ts';
import type { JsonObject } from '../../outputs/files/json.ts';
import {
  encoderPreprocessing,
  findModelSidecar,
  sidecarPreprocessing,
} from '../../outputs/model/model-sidecar.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import { readEmbeddableConfig } from './run-config.ts';

/** An encoder that is ready, and how its input is made. */
export interface OpenEncoder {
  /** Belongs to the engine. */
  readonly session: EncoderSession;
  readonly preprocessing: Preprocessing;
  /** Identity of the model, for the manifest of an export. */
  readonly model: JsonObject & { readonly hash: string };
  /** Notes for the user. */
  readonly notes: readonly string[];
}

/**
 * Opens what `--model` names: the last checkpoint of a run folder, or an ONNX file with its sidecar.
 *
 * @param rows Images of a batch.
 * @throws {PipelineError} `ERR_FORMAT`, `ERR_CONFIG` or `ERR_SHAPE` when it is not what it must be; `ERR_READ`;
 * `ERR_ENGINE`.
 */
export async function openEncoder(
  engine: Engine,
  model: string,
  rows: number,
): Promise<OpenEncoder> {
  return isModelFile(model)
    ? await openModelFile(engine, model, rows)
    : await openRunEncoder(engine, model, rows);
}

/** Tests whether `model` names an ONNX file, not a run folder. */
export function isModelFile(model: string): boolean {
  return /\.onnx$/iu.test(model);
}

async function openRunEncoder(engine: Engine, run: string, rows: number): Promise<OpenEncoder> {
  const { config, checkpoint, notes } = await readRun(run);
  const embeddable = readEmbeddableConfig(config, run);
  const { encoder, imageSize, recipe } = embeddable;
  const { weights, step } = checkpoint;
  const session = await engine.createEncoder(encoder, weights, { rows, imageSize });
  return {
    // The logits of a classifier are no vectors of an image.
    session: encoder.head === 'classifier' ? { ...session, projectionSize: 0 } : session,
    preprocessing: encoderPreprocessing(imageSize, recipe, session.layout, embeddable),
    model: {
      hash: hashTensors(weights),
      architecture: encoder.architecture,
      ...(encoder.stem === undefined ? {} : { stem: encoder.stem }),
      ...(encoder.width === undefined ? {} : { width: encoder.width }),
      step,
      engine: engine.name,
    },
    notes,
  };
}

async function openModelFile(engine: Engine, file: string, rows: number): Promise<OpenEncoder> {
  const bytes = await readModel(file);
  const { sidecar, processor } = await findModelSidecar(file);
  const { imageSize, input, layout, outputs } = sidecar;
  const spec = { model: bytes, input, layout, outputs };
  // Hashed first: the bytes are handed to the engine.
  const hash = createHash('sha256').update(bytes).digest('hex');
  const session = await engine.openModel(spec, { rows, imageSize });
  return {
    session,
    preprocessing: sidecarPreprocessing(sidecar, session.layout),
    model: {
      hash,
      file: path.basename(file),
      input: session.ports.input,
      outputs: { ...outputsOf(session.ports) },
      engine: engine.name,
    },
    notes: processor === undefined ? [] : [`images are prepared as \`${processor}\` says`],
  };
}

/** Outputs of the model, for the manifest; a layer that is not there is absent. */
function outputsOf({ embedding, projection }: ModelPorts): JsonObject {
  return {
    ...(embedding === null ? {} : { embedding: { ...embedding } }),
    ...(projection === null ? {} : { projection: { ...projection } }),
  };
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await fs.readFile(file);
  } catch (error) {
    throw new PipelineError('ERR_READ', `Cannot read \`${file}\`: ${messageOf(error)}`, {
      path: file,
      cause: error,
    });
  }
}
