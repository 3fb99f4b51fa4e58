import path from 'node:path';
import type { UnfinishedRun } from '../../outputs/run/unfinished-run.ts';
import { embedVerb } from '../options/embed-options.ts';
import { trainVerb } from '../options/train-options.ts';
import { type NextStep, nextStep, type NextSteps } from './next-step.ts';
import { reportStep } from './report-step.ts';
import {
  nameOfPart,
  type PartOfData,
  type RunChoice,
  trainedPart,
  untrainedPart,
} from './parts-of-data.ts';

/** A trained run. */
export interface TrainedRun {
  /** Its folder. */
  readonly run: string;
  /** Options that chose its images; undefined where the run does not say them. */
  readonly options: RunChoice | undefined;
  /** Has a best checkpoint. */
  readonly best: boolean;
  /** How far it came, when it was stopped before its last step. @default it was not */
  readonly unfinished?: UnfinishedRun | undefined;
}

/**
 * Steps after a run: the vectors of the images that it was trained on, and of those that it was not; of one that was stopped
 * first to go on with it.
 */
export async function afterRun(trained: TrainedRun): Promise<NextSteps> {
  const { run, options, best, unfinished } = trained;
  const page = reportStep(run);
  if (options === undefined) return [page];
  const goOn = unfinished && nextStep('go on with it', trainVerb, { out: run, resume: true });
  if (unfinished?.steps === 0) return [goOn, page];
  const others = await untrainedPart(options);
  const step = (about: string, part: PartOfData): NextStep | undefined => {
    const { data, ...which } = part;
    const model = { model: run, ...(best ? { checkpoint: 'best' as const } : {}) };
    const out = path.join(run, nameOfPart(part));
    return nextStep(about, embedVerb, { data, ...model, ...which, out });
  };
  return [
    goOn,
    step('vectors of the images that it was trained on', trainedPart(options)),
    others && step('vectors of images that it was not trained on', others),
    page,
  ];
}
