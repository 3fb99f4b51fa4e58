import type { ExportPart } from './export-manifest.ts';

/** Totals of an export. */
export interface ExportReport {
  readonly path: string;
  readonly rows: number;
  /** Bytes of all parts. */
  readonly bytes: number;
  readonly parts: number;
  /** Images without a row, as `quarantine.arrow` lists them. */
  readonly bad: number;
}

/** Sums up parts of a manifest. */
export function reportOf(
  folder: string,
  { parts }: { readonly parts: readonly ExportPart[] },
): ExportReport {
  return {
    path: folder,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: parts.length,
    bad: parts.reduce((sum, { bad }) => sum + bad.length, 0),
  };
}
