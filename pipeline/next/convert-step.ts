import path from 'node:path';
import { convertVerb } from '../options/convert-options.ts';
import { type NextStep, nextStep } from './next-step.ts';

/** Step to make a table for other programs of an Arrow file. @param about What is in it, such as `the suspects`. */
export function convertStep(about: string, source: string): NextStep | undefined {
  const { dir, name } = path.parse(source);
  return nextStep(`${about} as a table for other programs`, convertVerb, {
    source,
    to: 'csv',
    out: path.join(dir, `${name}.csv`),
  });
}
