import path from 'node:path';
import { namesOf } from '../../operators/names-of.ts';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import { htmlSheet } from './html-sheet.ts';
import { sheetPicture, pngOf } from './png-sheet.ts';
import type { ViewSheet } from './view-sheet.ts';

/** A kind of file that a sheet is drawn as. */
interface SheetFormat {
  /** Endings of its files, without the dot. */
  readonly endings: readonly [string, ...string[]];
  readonly bytes: (sheet: ViewSheet) => Promise<Uint8Array>;
}

/** Name of a kind of file that a sheet is drawn as. */
export type SheetFormatName = 'html' | 'png';

/** Every kind of file that a sheet is drawn as. */
const formats: Readonly<Record<SheetFormatName, SheetFormat>> = {
  /** A page with the parameters of each view. */
  html: {
    endings: ['html', 'htm'],
    bytes: async (sheet) => Buffer.from(await htmlSheet(sheet)),
  },
  /** One picture. */
  png: { endings: ['png'], bytes: async (sheet) => await pngOf(sheetPicture(sheet)) },
};

/** Endings of all files that a sheet is drawn as, without the dot. */
export const sheetEndings: readonly string[] = Object.values(formats).flatMap(
  ({ endings }) => endings,
);

/** Kind of file that a name says; undefined when it ends like none. */
export function sheetFormatOf(file: string): SheetFormatName | undefined {
  const ending = path.extname(file).slice(1).toLowerCase();
  return namesOf(formats).find((name) => formats[name].endings.includes(ending));
}

/** A sheet that is in its file. */
export interface SheetReport {
  readonly file: string;
  readonly format: SheetFormatName;
  readonly images: number;
  /** Views of each image. */
  readonly views: number;
  /** Side of a view, in pixels. */
  readonly imageSize: number;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Writes a sheet as a page or as a picture, as its name ends. The file appears complete, in the place of an earlier one. The
 * same sheet gives the same bytes.
 *
 * @throws {RangeError} When the name ends like neither.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeSheet(file: string, sheet: ViewSheet): Promise<SheetReport> {
  const format = sheetFormatOf(file);
  if (format === undefined) {
    throw new RangeError(
      `Expected \`file\` to end in one of ${sheetEndings.join(', ')}, got \`${file}\``,
    );
  }
  const bytes = await formats[format].bytes(sheet);
  await writeAtomicFile(file, [bytes]);
  const { rows, imageSize } = sheet;
  return {
    file,
    format,
    images: rows.length,
    views: rows[0]!.views.length,
    imageSize,
    bytes: bytes.byteLength,
  };
}
