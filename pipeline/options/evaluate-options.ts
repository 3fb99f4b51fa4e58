import { bootstrapSeedField, type BootstrapSeedOption } from './bootstrap-options.ts';
import { engineFields, type EngineOptions } from './engine-options.ts';
import { choice, integer, integers, number, optional, path, text } from './option-fields.ts';
import { pairLossFields, type PairLossOptions } from './pair-loss-options.ts';
import { seedField, type SeedOption } from './seed-option.ts';
import { defineVerb, type Verb } from './verb.ts';

/** Options of `evaluate`. */
export interface EvaluateOptions
  extends BootstrapSeedOption, SeedOption, EngineOptions, Pick<PairLossOptions, 'temperature'> {
  /** Training vectors: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`. */
  readonly train: string;
  /** Test vectors, likewise; give those of `train` again for leave-one-out. */
  readonly test: string;
  /** Table with ids of test vectors to leave out, such as `drop.arrow`: `FILE?id=COLUMN`; of both where `train` and `test` are one set. */
  readonly exclude?: string | null | undefined;
  /** Folder for the Arrow files of the evaluation and `summary.json`. */
  readonly out: string;
  /**
   * Numbers of neighbours that vote (k-NN), and of recall@k and precision@k, such as `1,10`; 1 and 5, where there are so
   * many, when not given.
   */
  readonly k?: readonly number[] | null | undefined;
  /**
   * Vectors compared by cosine similarity: of an export `projection` when not given; rows of a file are L2-normalised as
   * `embedding` unless all have length 1.
   */
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /**
   * Column of the test vectors, such as `site`: every metric for each of its values as well, with the worst one and the gap.
   */
  readonly by?: string | null | undefined;
  /** Table with the column `by` for vectors that have none, joined by id: `FILE?id=COLUMN`. */
  readonly attributes?: string | null | undefined;
  /** Maximum queries for full-ranking metrics (MAP@R …); larger sets are subsampled; 0 = off. @default 10000 */
  readonly rankings?: number | undefined;
  /** Linear probe: regularised logistic regression (`l2`), or the recipe of the paper (`sgd`). @default 'none' */
  readonly probe?: 'none' | 'l2' | 'sgd' | 'both' | undefined;
  /** Vectors of the linear probe, not normalised. @default 'embedding' */
  readonly probeLayer?: 'embedding' | 'projection' | undefined;
  /** Inverse regularisation strength C of `l2`; chosen on a held-out tenth of the training images when not given. */
  readonly probeStrength?: number | null | undefined;
  /** Epochs of `sgd`; the learning rate falls after 60, 75 and 90 %. @default 100 */
  readonly probeEpochs?: number | undefined;
  /** Learning rate of `sgd`. @default 5 */
  readonly probeLearningRate?: number | undefined;
  /** Bootstrap resamples of the test images for the intervals; 0 = off. @default 1000 */
  readonly bootstrap?: number | undefined;
}

const sets = {
  train: path(
    'Training vectors: a folder that `embed` wrote, or any file of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`.',
  ),
  test: path('Test vectors, likewise; give those of `train` again for leave-one-out.'),
  exclude: optional(
    path(
      'Table with ids of test vectors to leave out, such as `drop.arrow`: `FILE?id=COLUMN`; of both where `train` and `test` are one set.',
    ),
  ),
  out: path('Folder for the Arrow files of the evaluation and `summary.json`.'),
};

const metrics = {
  k: optional(
    integers(
      1,
      'Numbers of neighbours that vote (k-NN), and of recall@k and precision@k, such as `1,10`; 1 and 5, where there are so ' +
        'many, when not given.',
    ),
  ),
  layer: optional(
    choice(
      ['embedding', 'projection'],
      'Vectors compared by cosine similarity: of an export `projection` when not given; rows of a file are L2-normalised ' +
        'as `embedding` unless all have length 1.',
    ),
  ),
  by: optional(
    text(
      'a column',
      'Column of the test vectors, such as `site`: every metric for each of its values as well, with the worst one and the gap.',
    ),
  ),
  attributes: optional(
    path('Table with the column `by` for vectors that have none, joined by id: `FILE?id=COLUMN`.'),
  ),
  rankings: integer(
    0,
    'Maximum queries for full-ranking metrics (MAP@R …); larger sets are subsampled; 0 = off.',
  ).default(10_000),
  temperature: pairLossFields.temperature,
};

const probes = {
  probe: choice(
    ['none', 'l2', 'sgd', 'both'],
    'Linear probe: regularised logistic regression (`l2`), or the recipe of the paper (`sgd`).',
  ).default('none'),
  probeLayer: choice(
    ['embedding', 'projection'],
    'Vectors of the linear probe, not normalised.',
  ).default('embedding'),
  probeStrength: optional(
    number(
      { above: 0 },
      'Inverse regularisation strength C of `l2`; chosen on a held-out tenth of the training images when not given.',
    ),
  ),
  probeEpochs: integer(
    1,
    'Epochs of `sgd`; the learning rate falls after 60, 75 and 90 %.',
  ).default(100),
  probeLearningRate: number({ above: 0 }, 'Learning rate of `sgd`.').default(5),
};

const sampling = {
  bootstrap: integer(
    0,
    'Bootstrap resamples of the test images for the intervals; 0 = off.',
  ).default(1000),
  bootstrapSeed: bootstrapSeedField,
  seed: seedField,
};

/** `sincere evaluate --train DIR --test DIR --out DIR`. */
export const evaluateVerb: Verb<EvaluateOptions> = defineVerb<EvaluateOptions>({
  name: 'evaluate',
  summary: 'Measure vectors of anyone: neighbours, rankings, similarities, margin, linear probe.',
  fields: { ...sets, ...metrics, ...probes, ...sampling, ...engineFields },
  groups: {
    Sets: sets,
    Metrics: metrics,
    'Linear probe': probes,
    Sampling: sampling,
    Machine: engineFields,
  },
  rules: [
    {
      option: 'attributes',
      expected: 'absent without `by`, the column that is taken from it',
      holds: ({ attributes, by }) => attributes === null || by !== null,
    },
  ],
});
