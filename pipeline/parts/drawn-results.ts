import { checkTarget } from '../../operators/files/check-target.ts';
import { openMaterial } from '../../outputs/report/material/open-material.ts';
import { refuseOtherPage } from '../../outputs/report/refuse-other-page.ts';
import {
  type ReportFile,
  writeReport,
  type WriteReportOptions,
} from '../../outputs/report/write-report.ts';
import { imagesOfSets } from './images-of-sets.ts';
import type { TellNote } from './run-event.ts';
import { setsOfMaterial } from './sets-of-material.ts';
import { setsOfSummaries } from './sets-of-summaries.ts';

/** What is drawn, and where. */
interface DrawnResults extends Pick<WriteReportOptions, 'map' | 'onSection'> {
  readonly results: readonly string[];
  readonly out: string;
  /** Where the images are; null where the results say it. @default null */
  readonly images?: readonly string[] | null | undefined;
  readonly signal: AbortSignal;
  /** Hears what is damaged, was left out or assumed. */
  readonly note: TellNote;
}

/**
 * Draws results as one page, with thumbnails of their images where these are found.
 *
 * @throws {PipelineError} As `report`.
 */
export async function drawnResults({
  results,
  out,
  images: given = null,
  map,
  signal,
  note,
  onSection,
}: DrawnResults): Promise<ReportFile> {
  const material = await openMaterial(results, { signal });
  // Before the work, so that a file that cannot be written costs no wait.
  await checkTarget(out);
  await refuseOtherPage(out);
  const sets = [...setsOfMaterial(material), ...(await setsOfSummaries(material))];
  const images = await imagesOfSets({ given, sets, signal, note });
  const file = await writeReport(out, material, { signal, images, map, onSection });
  for (const text of new Set(file.notes)) note(text);
  return file;
}
