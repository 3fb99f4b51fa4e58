import { openVectorSource } from '../../datasets/vectors/open-vector-source.ts';
import { formatOf } from '../../outputs/convert/formats.ts';
import type { ConvertOptions } from '../options/convert-options.ts';
import { inspectVerb } from '../options/inspect-options.ts';
import type { Resolved } from '../options/verb.ts';
import { exportIn } from './exports-beside.ts';
import { nextStep, type NextSteps } from './next-step.ts';
import { embeddingAtlasStep, tensorBoardStep } from './other-programs.ts';

/** Steps after a conversion: the program that it was made for, or what other verbs find in it. */
export async function afterConversion({
  source,
  to,
  out,
  map,
}: Pick<Resolved<ConvertOptions>, 'source' | 'to' | 'out' | 'map'>): Promise<NextSteps> {
  if (map !== null) return [embeddingAtlasStep(out, await columnsIn(out))];
  if (to === 'projector' || to === 'tensorboard') return [tensorBoardStep(out)];
  // Vectors are read again from any format of tables and arrays.
  const isRead = formatOf(to).extension !== null && (await exportIn(source)) !== undefined;
  return isRead ? [nextStep('what other verbs find in it', inspectVerb, { path: out })] : [];
}

async function columnsIn(file: string): Promise<readonly string[]> {
  const { table } = await openVectorSource(file);
  return table.columns.map(({ name }) => name);
}
