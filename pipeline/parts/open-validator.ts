import type { BesideTrainer } from '../../operators/engine/interface/engine.ts';
import type { ImageWorkers } from '../../operators/loading/image-workers.ts';
import type { Validator } from '../../operators/stages/validate.ts';
import { inferenceWeights } from '../../operators/step/inference-weights.ts';
import { counted } from '../../operators/message-words.ts';
import type { TrainerState } from '../../operators/types.ts';
import { encoderPreprocessing } from '../../outputs/model/model-sidecar.ts';
import type { ValidationRow } from '../../outputs/run/validation-columns.ts';
import type { DecodingOptions } from '../options/decoding-options.ts';
import type { InvalidOptions } from '../options/loading-options.ts';
import type { Resolved } from '../options/verb.ts';
import { type EncodedSet, encodedSet } from './encoded-set.ts';
import { vectorsOnly } from './open-encoder.ts';
import type { ValidationSets } from './validation-sets.ts';
import type { RunConfig } from './run-config.ts';
import type { TellNote } from './run-event.ts';
import { measuredLayers, validationMeasures } from './validation-measures.ts';
import { type ValidationSource, validationSource } from './validation-source.ts';

/** What a validator works with. */
export interface ValidatorOptions {
  /** The trainer's own, between whose steps it fits. Borrowed. */
  readonly engine: BesideTrainer;
  /** Borrowed. */
  readonly workers: ImageWorkers;
  readonly config: Pick<
    RunConfig,
    'encoder' | 'imageSize' | 'recipe' | 'loss' | 'seed' | 'exif' | 'icc' | 'alpha'
  >;
  readonly reading: Resolved<DecodingOptions & InvalidOptions>;
  /** Bytes of decoded images that each side keeps at most. */
  readonly cacheBytes: number;
  /** Epoch of the last of so many steps. */
  readonly epochOf: (steps: number) => number;
  /** Takes a row; settles when it is on the disk. */
  readonly keep: (row: ValidationRow) => Promise<void>;
  readonly note: TellNote;
}

/** Pixels that are encoded at once, at most: what a validation adds to the memory of a run. */
const batchPixels = 2 ** 16;

/** Images of a batch: 64 of 32 pixels, at least 8 of larger ones. */
function rowsOf(imageSize: number): number {
  return Math.min(64, Math.max(8, Math.floor(batchPixels / imageSize ** 2)));
}

/**
 * Validator of a run: encodes both sides by what `embed` would make of the state, and measures them as `evaluate` does.
 *
 * An encoder is opened for each state and closed after it, so that between validations nothing is held but the images
 * that were decoded.
 */
export function openValidator(sets: ValidationSets, options: ValidatorOptions): Validator {
  const { engine, config, epochOf, keep, note } = options;
  const { encoder, imageSize, recipe, loss, seed } = config;
  const asRead = encoderPreprocessing(imageSize, recipe, 'NHWC', config);
  const { reading, cacheBytes } = options;
  const support = validationSource(sets.support, asRead, reading, cacheBytes);
  const query = validationSource(sets.query, asRead, reading, cacheBytes);
  const layers = measuredLayers(loss);
  let isTold = false;

  const encoded = async (
    state: TrainerState,
    signal: AbortSignal,
  ): Promise<Readonly<Record<'support' | 'query', EncodedSet>>> => {
    const shape = { rows: rowsOf(imageSize), imageSize };
    const opened = await engine.createEncoder(encoder, inferenceWeights(state), shape);
    try {
      const preprocessing = encoderPreprocessing(imageSize, recipe, opened.layout, config);
      const session = vectorsOnly(opened, encoder);
      const how = { workers: options.workers, session, preprocessing, layers, signal };
      const vectorsOf = ({ data, ...side }: ValidationSource): Promise<EncodedSet> =>
        encodedSet(data, { ...how, ...side });
      return { support: await vectorsOf(support), query: await vectorsOf(query) };
    } finally {
      await opened.close();
    }
  };

  return {
    async validate(state, signal) {
      const sides = await encoded(state, signal);
      const measures = await validationMeasures(sides, { engine, loss, seed, signal });
      signal.throwIfAborted();
      await keep({
        step: state.step,
        epoch: epochOf(state.step),
        ...measures,
        images: sides.query.labels.length,
        support: sides.support.labels.length,
      });
      if (!isTold) tellBad([support, query], note);
      isTold = true;
    },
  };
}

/** Tells how many images cannot be validated with. */
function tellBad(sides: readonly ValidationSource[], note: TellNote): void {
  const [first, ...others] = sides.flatMap(({ bad }) => bad.list());
  if (first === undefined) return;
  const images = counted(others.length + 1, 'image');
  note(
    `validation without ${images} that could not be used, such as \`${first.id}\`: ${first.message}`,
    ['validate'],
  );
}
