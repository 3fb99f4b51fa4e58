import path from 'node:path';
import type { DuplicatesOptions } from '../options/duplicates-options.ts';
import { evaluateVerb } from '../options/evaluate-options.ts';
import type { Resolved } from '../options/verb.ts';
import { beside } from './beside.ts';
import { convertStep } from './convert-step.ts';
import { nextStep, type NextSteps } from './next-step.ts';
import { reportStep } from './report-step.ts';
import { suspectsStep } from './steps-of-sets.ts';

/** Steps after a search for near-duplicates: go on without them. @param found Whether there are any. */
export function afterDuplicates(
  found: boolean,
  { set, other, layer, out }: Pick<Resolved<DuplicatesOptions>, 'set' | 'other' | 'layer' | 'out'>,
): NextSteps {
  const page = reportStep(out);
  if (!found) return [suspectsStep({ set, layer })];
  const exclude = path.join(out, 'drop.arrow');
  const pairs = convertStep('the pairs', path.join(out, 'pairs.arrow'));
  if (other === null) return [page, suspectsStep({ set, layer, exclude }), pairs];
  const clean = { train: set, test: other, exclude, layer, out: beside(other, 'clean') };
  return [page, nextStep('measure without the leaks', evaluateVerb, clean), pairs];
}
