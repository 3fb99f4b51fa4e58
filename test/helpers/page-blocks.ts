import fs from 'node:fs/promises';
import path from 'node:path';
import { root } from './faces.ts';

/** A block of code in a page. */
export interface PageBlock {
  readonly language: string;
  readonly code: string;
  /** The heading that it stands under. */
  readonly heading: string;
}

/** Blocks of code of a page, by its path from the root. */
export async function pageBlocks(page: string): Promise<readonly PageBlock[]> {
  const text = await fs.readFile(path.join(root, page), 'utf8');
  const parts = text.matchAll(
    /^#+ (?<heading>[^\n]+)$|^```(?<language>\w+)\n(?<code>.*?)^```$/gmsu,
  );
  let heading = '';
  return Array.from(parts).flatMap(({ groups }) => {
    const { language, code } = groups!;
    heading = groups!['heading'] ?? heading;
    return language === undefined ? [] : [{ language, code: code!, heading }];
  });
}
