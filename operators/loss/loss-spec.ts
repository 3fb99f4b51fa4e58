import { type LossName, lossOf, type losses } from './losses.ts';

/** Temperature, positives and anchors: what every contrastive loss has. */
export interface LossPairs {
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
  /**
   * Positive pairs: two rows of one class, or two views of one image. `infonce` always means the image.
   * @default 'class'
   */
  readonly positives?: 'class' | 'image' | undefined;
  /** Anchors: all rows, or the first view of each image. @default 'all' */
  readonly anchors?: 'all' | 'first' | undefined;
}

/** Hyperparameters that a loss has of its own, such as the `epsilon` of `eps-sup-infonce`. */
export type LossParameters<N extends LossName> = {
  readonly [P in keyof (typeof losses)[N]['parameters']]: number;
};

/** Contrastive loss by name, with its temperature, its pairs and its own hyperparameters. */
export type LossSpec = LossPairs &
  { readonly [N in LossName]: { readonly name: N } & LossParameters<N> }[LossName];

/** Softmax cross entropy over classes: the loss of a classifier. */
export interface CrossEntropySpec {
  readonly name: 'cross-entropy';
}

/** Tests for a self-supervised loss: views of one image are its positives, so that it needs no classes. */
export function isByImage(spec: LossSpec | CrossEntropySpec): boolean {
  if (spec.name === 'cross-entropy') return false;
  return lossOf(spec).positives === 'image' || spec.positives === 'image';
}

/** Hyperparameters that a loss has of its own, by the names in its entry. */
export function parameterValues(spec: LossSpec): Readonly<Record<string, number>> {
  const names = new Set(Object.keys(lossOf(spec).parameters));
  // Its type says that what is called like a parameter is a number.
  return Object.fromEntries(
    Object.entries(spec).filter((field): field is [string, number] => names.has(field[0])),
  );
}
