import type { InferenceSession } from 'onnxruntime-node';
import { externalTensors } from '../../onnx/model-file/model-tensors.ts';
import { placementOn } from '../../onnx/placement.ts';
import { createSession, type Runtime } from '../../onnx/runtime.ts';
import { PipelineError } from '../../errors.ts';
import type { EngineCalls } from '../thread/engine-calls.ts';
import type { EncodingSession } from '../interface/sessions.ts';
import { encodingSession } from './encoding-session.ts';
import { type ModelMetadata, modelPorts, portNotes, type PortMetadata } from './model-ports.ts';
import { tryModel } from './model-trial.ts';

/** A compiled model of a file. */
export type ModelEncodingSession = EncodingSession & EngineCalls['openModel']['result'];

/**
 * Compiles a model and tries it with two images, because only that tells the dimension of its vectors, and whether they
 * are those of the images.
 *
 * @throws {PipelineError} As `Engine.openModel`.
 */
export async function openModelSession(
  runtime: Runtime,
  { spec, rows, imageSize, ...computing }: EngineCalls['openModel']['argument'],
): Promise<ModelEncodingSession> {
  if (typeof spec.model !== 'string') await refuseExternalData(spec.model);
  const placement = placementOn(computing);
  const session = await createSession(runtime, spec.model, placement);
  try {
    const metadata = metadataOf(session);
    const ports = modelPorts(metadata, spec, imageSize);
    const trial = { runtime, session, model: spec.model, placement, ports, imageSize };
    const { sizes, oneByOne, notes } = await tryModel(trial);
    return {
      ...encodingSession(runtime, session, ports, { rows, imageSize, sizes, oneByOne }),
      ports,
      embeddingSize: sizes.embedding,
      projectionSize: sizes.projection,
      notes: [...portNotes(metadata, spec, ports), ...notes],
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Bytes lie beside nothing: the runtime would look in the working folder. */
async function refuseExternalData(model: Uint8Array): Promise<void> {
  for await (const { name, external } of externalTensors(model)) {
    throw new PipelineError(
      'ERR_CONFIG',
      `Expected the bytes of a model with all weights inside, got \`${name}\` in the file \`${external.location}\`: ` +
        'give the path of the model, beside which that file lies',
    );
  }
}

function metadataOf({ inputMetadata, outputMetadata }: InferenceSession): ModelMetadata {
  const described = (port: InferenceSession.ValueMetadata): PortMetadata =>
    port.isTensor
      ? { name: port.name, type: port.type, shape: port.shape }
      : { name: port.name, type: undefined, shape: [] };
  return { inputs: inputMetadata.map(described), outputs: outputMetadata.map(described) };
}
