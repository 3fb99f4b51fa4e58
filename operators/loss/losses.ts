import { namesOf } from '../names-of.ts';

/** Hyperparameter that a loss has beside its temperature. */
export interface LossParameter {
  readonly doc: string;
  /** Minimum that is allowed. */
  readonly least: number;
  /** Default value. */
  readonly usual: number;
}

/** Formula of a loss in Markdown, as the README's table shows it. */
export interface LossFormula {
  /** The rows j that stand in the sum. */
  readonly sum: string;
  /** The function f of the margin. */
  readonly f: string;
  /** The term of one positive pair, written out. */
  readonly term: string;
  readonly lowest: string;
}

/** A contrastive loss. */
export interface Loss {
  /** One line for a list of choices. */
  readonly doc: string;
  readonly formula: LossFormula;
  /** Positive pairs: as the spec says, or always the views of one image. */
  readonly positives: 'given' | 'image';
  /** By name, as the spec holds them. */
  readonly parameters: Readonly<Record<string, LossParameter>>;
}

/**
 * The contrastive losses by name: the one place that lists them. How each is computed stands in `lossForms`, so that
 * help can list them without loading TensorFlow.js.
 */
export const losses = {
  sincere: {
    doc: 'SINCERE: positives against the rows of other classes.',
    formula: {
      sum: 'negatives',
      f: '`log(1 + eˣ)`',
      term: '`log(exp(sᵢₚ) + ∑ₙ exp(sᵢₙ)) − sᵢₚ`',
      lowest: '0',
    },
    positives: 'given',
    parameters: {},
  },
  supcon: {
    doc: 'SupCon: positives against all other rows, the other positives included.',
    formula: {
      sum: 'all rows but i',
      f: '`x`',
      term: '`log(∑ⱼ exp(sᵢⱼ)) − sᵢₚ`',
      lowest: 'log of the positives',
    },
    positives: 'given',
    parameters: {},
  },
  'eps-sup-infonce': {
    doc: 'ε-SupInfoNCE: SINCERE with a margin by which positives must stand out.',
    formula: {
      sum: 'negatives',
      f: '`log(1 + e^(x+ε)) − ε`',
      term: '`log(exp(sᵢₚ − ε) + ∑ₙ exp(sᵢₙ)) − sᵢₚ`',
      lowest: '−ε',
    },
    positives: 'given',
    parameters: {
      /** Margin in logits, 0 or more. */
      epsilon: { doc: 'Margin in logits.', least: 0, usual: 0.25 },
    },
  },
  infonce: {
    doc: 'InfoNCE: SINCERE with each image as a class of its own; needs no labels.',
    formula: {
      sum: 'rows of other images',
      f: '`log(1 + eˣ)`',
      term: 'SINCERE with the image as the class',
      lowest: '0',
    },
    positives: 'image',
    parameters: {},
  },
  dcl: {
    doc: 'DCL: positives against the rows of other classes alone, the positive itself left out.',
    formula: {
      sum: 'negatives',
      f: '`x`',
      term: '`log(∑ₙ exp(sᵢₙ)) − sᵢₚ`',
      lowest: 'none',
    },
    positives: 'given',
    parameters: {},
  },
} as const;

/** The contrastive losses that a trainer can minimise. */
export type LossName = keyof typeof losses;

/** The contrastive losses by name. */
export const lossNames: readonly [LossName, ...LossName[]] = namesOf(losses);

const entries: Readonly<Record<string, Loss>> = losses satisfies Readonly<Record<LossName, Loss>>;

/** The entry of a loss. @throws {RangeError} When there is none, as for a name from outside the type. */
export function lossOf(spec: { readonly name: LossName }): Loss {
  const loss = entries[spec.name];
  if (loss !== undefined) return loss;
  throw new RangeError(`Expected a loss, got \`${JSON.stringify(spec)}\``);
}
