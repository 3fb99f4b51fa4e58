import { finalizeVerb } from '../options/finalize-options.ts';
import { type NextStep, nextStep } from './next-step.ts';

/** Step to join shards, when all of them are there. */
export function finalizeStep(folder: string): NextStep | undefined {
  return nextStep('join the shards, when all are finished', finalizeVerb, { folders: [folder] });
}
