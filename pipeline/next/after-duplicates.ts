import path from 'node:path';
import { type DuplicatesOptions, duplicatesVerb } from '../options/duplicates-options.ts';
import { evaluateVerb } from '../options/evaluate-options.ts';
import type { Resolved } from '../options/verb.ts';
import { beside } from './beside.ts';
import { convertStep } from './convert-step.ts';
import { type NextStep, nextStep, type NextSteps } from './next-step.ts';
import { reportStep } from './report-step.ts';
import { suspectsStep } from './steps-of-sets.ts';

/** Found near-duplicates, as far as it decides what comes next. */
interface Found {
  readonly groups: number;
  /** A threshold too low has made one group of images that are not alike. */
  readonly chained: boolean;
}

type Searched = Pick<
  Resolved<DuplicatesOptions>,
  'set' | 'other' | 'layer' | 'out' | 'exclude' | 'threshold'
>;

/** Steps after a search for near-duplicates: go on without them, or search again where they are none. */
export function afterDuplicates({ groups, chained }: Found, searched: Searched): NextSteps {
  const { set, other, layer, out } = searched;
  const page = reportStep(out);
  if (groups === 0) return [suspectsStep({ set, layer })];
  if (chained) return [searchAgain(searched), page];
  const exclude = path.join(out, 'drop.arrow');
  const pairs = convertStep('the pairs', path.join(out, 'pairs.arrow'));
  if (other === null) return [page, suspectsStep({ set, layer, exclude }), pairs];
  const clean = { train: set, test: other, exclude, layer, out: beside(other, 'clean') };
  return [page, nextStep('measure without the leaks', evaluateVerb, clean), pairs];
}

/** Threshold from which no higher one is told: float32 holds no more. */
const highestThreshold = 0.9999;

/** Step to search again, with a tenth of the distance to 1; undefined where there is nothing left of it. */
function searchAgain(searched: Searched): NextStep | undefined {
  const { set, other, layer, exclude, out } = searched;
  if (searched.threshold >= highestThreshold) return undefined;
  const threshold = Number((1 - (1 - searched.threshold) / 10).toFixed(6));
  const folder = path.basename(path.resolve(out)).replace(/-0\.\d+$/u, '');
  return nextStep('search again, for what is more alike', duplicatesVerb, {
    set,
    other,
    layer,
    exclude,
    threshold,
    out: path.join(out, '..', `${folder}-${threshold}`),
  });
}
