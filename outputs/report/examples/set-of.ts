import { isObject } from '../../../operators/files/json.ts';

/** Hash of the dataset that a set in a summary is of (`SetSource`); undefined where it does not say. */
export function setHash(set: unknown): string | undefined {
  const hash = isObject(set) ? set['datasetHash'] : undefined;
  return typeof hash === 'string' ? hash : undefined;
}

/** Number of a summary; NaN where it does not say. */
export function summaryNumber(summary: Readonly<Record<string, unknown>>, field: string): number {
  const value = summary[field];
  return typeof value === 'number' ? value : Number.NaN;
}
