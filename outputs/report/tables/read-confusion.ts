import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';

/** Name of the file in an evaluation. */
export const confusionName = 'confusion.arrow';

const columns = { source: 'text', class: 'text', predicted: 'text', images: 'number' } as const;

/** Images of a class that were taken for a class. */
export interface ConfusedPair {
  readonly class: string;
  readonly predicted: string;
  readonly images: number;
  /** Of all images of the class, 0 to 1. */
  readonly share: number;
}

/** What one way of predicting made of the classes. */
export interface Confusion {
  /** Such as `knn5`. */
  readonly source: string;
  /** Every class that occurs, sorted. */
  readonly classes: readonly string[];
  /** Pairs that happened, right ones included. */
  readonly pairs: readonly ConfusedPair[];
}

/**
 * Reads what one way of predicting made of the classes: the vote of the most neighbours, else the first in the file.
 *
 * @returns Undefined when the file is empty.
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function readConfusion(evaluation: string): Promise<Confusion | undefined> {
  const file = path.join(evaluation, confusionName);
  const sources = new Set<string>();
  for await (const { source } of tableRows(file, { source: 'text' })) sources.add(source);
  const source = chosenSource([...sources]);
  return source === undefined ? undefined : await confusionOf(file, source);
}

/** The vote of the most neighbours, else the first. */
export function chosenSource(sources: readonly string[]): string | undefined {
  const votes = sources.filter((source) => /^knn\d+$/u.test(source));
  return votes.sort((a, b) => Number(b.slice(3)) - Number(a.slice(3)))[0] ?? sources[0];
}

async function confusionOf(file: string, source: string): Promise<Confusion> {
  const counts: Omit<ConfusedPair, 'share'>[] = [];
  const images = new Map<string, number>();
  const classes = new Set<string>();
  for await (const { source: one, ...pair } of tableRows(file, columns)) {
    if (one !== source) continue;
    counts.push(pair);
    images.set(pair.class, (images.get(pair.class) ?? 0) + pair.images);
    classes.add(pair.class).add(pair.predicted);
  }
  const pairs = Array.from(counts, (pair) => ({
    ...pair,
    share: pair.images / images.get(pair.class)!,
  }));
  return { source, classes: [...classes].sort(), pairs };
}

/** Pairs of different classes, those of the most images first; of equals the first by name. */
export function mistakes(pairs: readonly ConfusedPair[]): readonly ConfusedPair[] {
  const wrong = pairs.filter((pair) => pair.class !== pair.predicted);
  return wrong.sort((a, b) => b.images - a.images || (pairKey(a) < pairKey(b) ? -1 : 1));
}

function pairKey({ class: name, predicted }: ConfusedPair): string {
  return `${name}\0${predicted}`;
}
