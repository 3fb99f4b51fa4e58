import { type LossName, losses, lossNames } from '../../operators/loss/losses.ts';
import { excludeField } from './exclude-field.ts';
import { engineFields, type EngineOptions } from './engine-options.ts';
import { choice, flag, optional, path } from './option-fields.ts';
import { epsilonRule, pairLossFields, type PairLossOptions } from './pair-loss-options.ts';
import { defineVerb, type Verb } from './verb.ts';

/** Options of `loss`. */
export interface LossOptions extends PairLossOptions, EngineOptions {
  /** Folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`. */
  readonly embeddings: string;
  /** Loss to compute. @default 'sincere' */
  readonly loss?: Exclude<LossName, 'infonce'> | undefined;
  /** Table with ids of vectors to leave out, such as `drop.arrow`: `FILE?id=COLUMN`. */
  readonly exclude?: string | null | undefined;
  /** Vectors of an export that are contrasted; `projection` when not given. */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** L2-normalise the vectors first; others than unit vectors are refused without it. @default false */
  readonly normalize?: boolean | undefined;
  /** Arrow file for the gradient of the loss by the vectors it saw, with `normalize` the unit ones. */
  readonly gradient?: string | null | undefined;
}

/** Losses over classes: views of one image, which `infonce` pairs, are one row of an export. */
const exportLosses = lossNames.filter(isOverClasses);

function isOverClasses(name: LossName): name is Exclude<LossName, 'infonce'> {
  return losses[name].positives === 'given';
}

const loss = {
  embeddings: path(
    'Folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`.',
  ),
  loss: choice(exportLosses, 'Loss to compute.').default('sincere'),
  ...pairLossFields,
  exclude: excludeField('vectors'),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors of an export that are contrasted; `projection` when not given.',
    ),
  ),
  normalize: flag(
    'L2-normalise the vectors first; others than unit vectors are refused without it.',
  ),
  gradient: optional(
    path(
      'Arrow file for the gradient of the loss by the vectors it saw, with `normalize` the unit ones.',
    ),
  ),
};

/** `sincere loss EMBEDDINGS`. */
export const lossVerb: Verb<LossOptions> = defineVerb<LossOptions>({
  name: 'loss',
  summary: 'Compute the exact loss over all vectors of a set, and its gradient.',
  positional: 'embeddings',
  fields: { ...loss, ...engineFields },
  groups: { Loss: loss, Machine: engineFields },
  rules: [epsilonRule],
});
