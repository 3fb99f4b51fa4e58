import { shownLocation } from '../../operators/shown-location.ts';
import type { Verb } from '../options/verb.ts';
import { commandWords, type GivenOptions } from './command-words.ts';
import { shellWords } from './shell-words.ts';

/** A command that makes sense next, and why. */
export interface NextStep {
  /** What it is for, to stand before it. */
  readonly about: string;
  /** Its words, the verb first; those behind the name of another program. */
  readonly words: readonly string[];
  /** Another program that it is a command of. @default this one */
  readonly program?: string | undefined;
}

/** Steps that make sense next, the likeliest first; what does not apply is undefined. */
export type NextSteps = readonly (NextStep | undefined)[];

/** Maximum steps that are told. */
const mostSteps = 3;

/**
 * A step that gives these options to a verb; undefined where a command line cannot give them.
 *
 * Secrets in addresses are left out of it, and that is told.
 *
 * @param about Such as `compare both runs`.
 */
export function nextStep<T>(
  about: string,
  verb: Verb<T>,
  given: GivenOptions<NoInfer<T>>,
): NextStep | undefined {
  const words = commandWords(verb, given);
  if (words === undefined) return undefined;
  const shown = words.map(shownLocation);
  const isWhole = shown.every((word, at) => word === words[at]);
  return { about: isWhole ? about : `${about}, with the secrets of the address`, words: shown };
}

/** Steps as lines under a heading, to be pasted into the shell; none of none. */
export function nextLines(steps: NextSteps, calledAs: string): readonly string[] {
  const told = steps.filter((step) => step !== undefined).slice(0, mostSteps);
  if (told.length === 0) return [];
  const lines = told.flatMap(({ about, words, program }) => [
    `  ${about}`,
    `    ${program ?? calledAs} ${shellWords(words)}`,
  ]);
  return ['', 'next:', ...lines];
}
