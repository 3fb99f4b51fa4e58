import fs from 'node:fs/promises';
import path from 'node:path';
import { writeAtomicFile, writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { type CardResults, shown } from './results.ts';
import { resultsText } from './results-text.ts';

/** Writes `card.json` and `card.md`, each as a whole, after every part. */
export async function saveResults(results: CardResults, folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  await writeAtomicJson(path.join(folder, 'card.json'), shown(results));
  await writeAtomicFile(path.join(folder, 'card.md'), `${resultsText(shown(results))}\n`);
}
