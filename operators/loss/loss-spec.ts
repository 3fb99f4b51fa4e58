import { type LossName, lossOf, type losses } from './losses.ts';

/** What every contrastive loss has: how sharp it is, and over which pairs. */
export interface LossPairs {
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
  /**
   * What makes two rows a positive pair: their class, or being views of one image. `infonce` always means the
   * image. @default 'class'
   */
  readonly positives?: 'class' | 'image' | undefined;
  /** Which rows are anchors: all, or the first view of each image. @default 'all' */
  readonly anchors?: 'all' | 'first' | undefined;
}

/** The numbers that a loss has of its own, such as the `epsilon` of `eps-sup-infonce`. */
export type LossParameters<N extends LossName> = {
  readonly [P in keyof (typeof losses)[N]['parameters']]: number;
};

/** Which loss, how sharp, and over which pairs. */
export type LossSpec = LossPairs &
  { readonly [N in LossName]: { readonly name: N } & LossParameters<N> }[LossName];

/** Softmax cross entropy over classes: the loss of a classifier. */
export interface CrossEntropySpec {
  readonly name: 'cross-entropy';
}

/** Whether views of one image are the positives of a loss, so that it needs no classes. */
export function isByImage(spec: LossSpec | CrossEntropySpec): boolean {
  if (spec.name === 'cross-entropy') return false;
  return lossOf(spec).positives === 'image' || spec.positives === 'image';
}

/** The numbers that a loss has of its own, by the names in its entry. */
export function parameterValues(spec: LossSpec): Readonly<Record<string, number>> {
  const names = new Set(Object.keys(lossOf(spec).parameters));
  // Its type says that what is called like a parameter is a number.
  return Object.fromEntries(
    Object.entries(spec).filter((field): field is [string, number] => names.has(field[0])),
  );
}
