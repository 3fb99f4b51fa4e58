import { messageOf, PipelineError } from '../../operators/errors.ts';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import { htmlPage, type HtmlPage } from '../page/html-page.ts';
import type { MapKind } from '../map/map-layout.ts';
import { markup, type Markup } from '../page/markup.ts';
import { withCode } from '../page/with-code.ts';
import type { ImagesOfSets } from '../thumbnails/images-of-ids.ts';
import { type FoundFolder, type ReportMaterial, resultKinds } from './material/material.ts';
import { placeless } from './material/page-names.ts';
import type { ReportContext, ReportSection, SectionContent } from './material/report-section.ts';
import { reportStyle } from './report-style.ts';
import { calledAs } from './sections/command-line.ts';
import { reports } from './sections.ts';

/** A report that is in its file. */
export interface ReportFile {
  readonly file: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Sections that it has, in the order of the page. */
  readonly sections: readonly string[];
  /** What is damaged, was left out or assumed, in sentences. */
  readonly notes: readonly string[];
}

/** Options of `writeReport`. */
export interface WriteReportOptions {
  readonly signal?: AbortSignal | undefined;
  /** Images of the sets that results were made of, for thumbnails. @default none */
  readonly images?: ImagesOfSets | undefined;
  /** Projection of the map. @default 'pca' */
  readonly map?: MapKind | undefined;
  /** A live page: of runs alone, whatever else lies in their folders. @default false */
  readonly isLive?: boolean | undefined;
  /** Progress: sections drawn, of how many. */
  readonly onSection?: ((done: number, total: number) => void) | undefined;
}

/**
 * Writes a report as one self-contained HTML page. The file appears complete, in the place of an earlier one; the same material
 * gives the same bytes.
 *
 * A section whose files are damaged says so in its place.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; the file is as it was then.
 */
export async function writeReport(
  file: string,
  material: ReportMaterial,
  options: WriteReportOptions = {},
): Promise<ReportFile> {
  const { html, sections, notes } = await reportPage(material, options);
  const bytes = Buffer.from(html);
  options.signal?.throwIfAborted();
  await writeAtomicFile(file, [bytes]);
  return { file, bytes: bytes.byteLength, sections, notes };
}

/** A report as a page. */
export interface ReportPage extends Pick<ReportFile, 'sections' | 'notes'> {
  readonly html: string;
}

/** Draws a report as a page. Errors as `writeReport`. */
export async function reportPage(
  material: ReportMaterial,
  options: WriteReportOptions = {},
): Promise<ReportPage> {
  const { sections, notes, ...page } = await drawReport(material, options);
  return { html: htmlPage(page), sections, notes };
}

/** A report as the parts of its page. */
export interface DrawnReport
  extends
    Pick<HtmlPage, 'title' | 'description' | 'header' | 'main'>,
    Pick<ReportFile, 'sections' | 'notes'> {
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** Draws a report. Errors as `writeReport`. */
export async function drawReport(
  material: ReportMaterial,
  { signal, images, map, isLive = false, onSection }: WriteReportOptions = {},
): Promise<DrawnReport> {
  const notes = [...material.notes];
  const note = (text: string): void => {
    notes.push(text);
  };
  const context: ReportContext = { signal, images, map, isLive, note };
  const drawn = new Map<string, SectionContent>();
  const sections = Object.entries(reports);
  for (const [done, [name, { draw }]] of sections.entries()) {
    signal?.throwIfAborted();
    onSection?.(done, sections.length);
    const content = await drawnOrTold(draw(material, context), (error) => {
      const text = placeless(messageOf(error), foldersOf(material));
      context.note(text);
      return text;
    });
    if (content !== undefined) drawn.set(name, content);
  }
  onSection?.(sections.length, sections.length);
  const contents = [...drawn.values()];
  return {
    title: `Report of ${material.name}`,
    description: `What was trained and measured in ${material.given.join(', ')}`,
    header: headerOf(material, [...drawn.keys()]),
    main: markup`${[...drawn].map(([name, { body }]) => sectionOf(name, body))}
${endOfReport(missingOf(drawn, isLive), notes)}`,
    styles: [...new Set([reportStyle, ...contents.flatMap(({ styles = [] }) => styles)])],
    scripts: [...new Set(contents.flatMap(({ scripts = [] }) => scripts))],
    sections: [...drawn.keys()],
    notes,
  };
}

/** A section, or where it is drawn from damaged files what is wrong with them: the others are drawn. */
async function drawnOrTold(
  drawing: Promise<SectionContent | undefined>,
  told: (error: PipelineError) => string,
): Promise<SectionContent | undefined> {
  try {
    return await drawing;
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { body: markup`<p>It could not be drawn: ${withCode(told(error))}</p>` };
  }
}

/** Every folder of the material. */
function foldersOf(material: ReportMaterial): readonly FoundFolder[] {
  return resultKinds.flatMap((kind): readonly FoundFolder[] => material[kind]);
}

function headerOf({ name }: ReportMaterial, names: readonly string[]): Markup {
  const links = names.map((one) => markup`<li><a href="#${one}">${reports[one]!.title}</a></li>`);
  return markup`<h1>Report of ${name}</h1>
<nav aria-label="Sections">
<ul>
${links}
</ul>
</nav>`;
}

function sectionOf(name: string, body: Markup): Markup {
  return markup`<section id="${name}" aria-labelledby="${name}-heading">
<h2 id="${name}-heading">${reports[name]!.title}</h2>
${body}
</section>`;
}

/** Sections that the page does not have; of a live page those that training brings. */
function missingOf(drawn: ReadonlyMap<string, unknown>, isLive: boolean): readonly ReportSection[] {
  return Object.entries(reports).flatMap(([name, one]) => {
    const isElsewhere = isLive && !one.command.startsWith('sincere train ');
    return drawn.has(name) || one.isOptional === true || isElsewhere ? [] : [one];
  });
}

/** What the page does not hold, and what brings it; what was told on the way. */
function endOfReport(missing: readonly ReportSection[], notes: readonly string[]): Markup {
  return markup`${missing.length === 0 ? markup`` : missingSections(missing)}
${notes.length === 0 ? markup`` : toldNotes(notes)}`;
}

function missingSections(missing: readonly ReportSection[]): Markup {
  const items = missing.map(
    ({ title, shows, command }) =>
      markup`<li><b>${title}</b>: ${shows}. <code>${command}</code></li>`,
  );
  return markup`<section id="missing" aria-labelledby="missing-heading">
<h2 id="missing-heading">What is not in this page</h2>
<ul>
${items}
</ul>
<p class="muted">${calledAs}</p>
</section>`;
}

function toldNotes(notes: readonly string[]): Markup {
  return markup`<section id="notes" aria-labelledby="notes-heading">
<h2 id="notes-heading">Notes</h2>
<ul>
${[...new Set(notes)].map((note) => markup`<li>${withCode(note)}</li>`)}
</ul>
</section>`;
}
