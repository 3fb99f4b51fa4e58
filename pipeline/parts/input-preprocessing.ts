import { isDeepStrictEqual } from 'node:util';
import type { ModelSession } from '../../operators/engine/interface/engine.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import { type ModelSidecar, sidecarPreprocessing } from '../../outputs/model/model-sidecar.ts';

/** Preprocessing of a sidecar for the input of a model: one of bytes takes them as they are. */
export function inputPreprocessing(
  { layout, ports }: Pick<ModelSession, 'layout' | 'ports'>,
  sidecar: ModelSidecar,
): { readonly preprocessing: Preprocessing; readonly notes: readonly string[] } {
  const preprocessing = sidecarPreprocessing(sidecar, layout);
  if (ports.inputType !== 'uint8') return { preprocessing, notes: [] };
  const rounding = roundedBy[preprocessing.rounding];
  const asBytes: Preprocessing = { ...preprocessing, ...bytesAsTheyAre, rounding };
  if (isDeepStrictEqual(asBytes, preprocessing)) return { preprocessing, notes: [] };
  return {
    preprocessing: asBytes,
    notes: [
      `input \`${ports.input}\` is uint8, so the model takes bytes of 0 to 255: \`rescale\`, \`mean\` and \`std\` ` +
        'are not applied',
    ],
  };
}

/** Arithmetic of bytes for that of fractions, which would only be rounded afterwards. */
const roundedBy: Readonly<Record<Preprocessing['rounding'], Preprocessing['rounding']>> = {
  '8bit': '8bit',
  '8bit-torch': '8bit-torch',
  none: '8bit',
  'none-torch': '8bit-torch',
};

const bytesAsTheyAre = { rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
