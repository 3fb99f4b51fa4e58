import { duplicatesVerb } from '../options/duplicates-options.ts';
import { neighboursVerb } from '../options/neighbours-options.ts';
import { suspectsVerb } from '../options/suspects-options.ts';
import { beside } from './beside.ts';
import { type NextStep, nextStep } from './next-step.ts';

/** A set of vectors as verbs are given it. */
export interface GivenSet {
  readonly set: string;
  readonly layer?: 'embedding' | 'projection' | null | undefined;
  /** Table of what is left out of it. */
  readonly exclude?: string | null | undefined;
}

/** Step to find wrong labels. */
export function suspectsStep({ set, layer, exclude }: GivenSet): NextStep | undefined {
  const out = beside(set, 'suspects');
  return nextStep('labels that are probably wrong', suspectsVerb, { set, layer, exclude, out });
}

/** Step to find near-duplicates within a set, or leaks of it into another one. */
export function duplicatesStep(
  { set, layer }: Omit<GivenSet, 'exclude'>,
  other?: string,
): NextStep | undefined {
  return other === undefined
    ? nextStep('images that are nearly the same', duplicatesVerb, {
        set,
        layer,
        out: beside(set, 'duplicates'),
      })
    : nextStep('test images that are training images, or nearly', duplicatesVerb, {
        set,
        other,
        layer,
        out: beside(other, 'leaks'),
      });
}

/** Step to find the nearest neighbours of all. */
export function neighboursStep({ set, layer }: Omit<GivenSet, 'exclude'>): NextStep | undefined {
  const out = beside(set, 'nearest');
  return nextStep('the nearest of each', neighboursVerb, { query: set, of: set, layer, out });
}
