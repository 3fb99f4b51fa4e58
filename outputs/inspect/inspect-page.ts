import { isOwnPage, pageHead } from '../report/own-page.ts';
import { sizeOf } from './inspect-arrow.ts';
import type { Inspection } from './inspection.ts';

/** Describes a page that this program wrote; undefined when it is another's. */
export async function inspectPage(file: string): Promise<Inspection | undefined> {
  if (!isOwnPage(await pageHead(file))) return undefined;
  return {
    path: file,
    kind: 'file',
    what: 'Page of this program, a report or a sheet of views, to be opened in a browser',
    facts: { bytes: await sizeOf(file) },
    metadata: {},
    columns: [],
    tables: [],
    preview: [],
    problems: [],
  };
}
