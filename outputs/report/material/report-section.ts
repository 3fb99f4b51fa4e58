import type { MapKind } from '../../map/map-layout.ts';
import type { Markup } from '../../page/markup.ts';
import type { ImagesOfSets } from '../../thumbnails/images-of-ids.ts';
import type { ReportMaterial } from './material.ts';

/** What sections are given beside the material. */
export interface ReportContext {
  readonly signal?: AbortSignal | undefined;
  /** Tells what was left out or assumed: it stands at the end of the page, and the command line says it. */
  readonly note: (text: string) => void;
  /** Images of the sets that results were made of, for thumbnails. @default none */
  readonly images?: ImagesOfSets | undefined;
  /** Projection of the map. @default 'pca' */
  readonly map?: MapKind | undefined;
  /** A live page: of runs alone, whatever else lies in their folders. @default false */
  readonly isLive?: boolean | undefined;
}

/** A section that has something to show. */
export interface SectionContent {
  /** What stands below its heading; headings in it begin with `h3`, ids in it with the name of the section. */
  readonly body: Markup;
  /** Style sheets that it needs beside that of all pages. @default none */
  readonly styles?: readonly string[] | undefined;
  /** Classic scripts that it needs; without them it shows all but interaction. Equal ones stand once. @default none */
  readonly scripts?: readonly string[] | undefined;
}

/** A section of a report. */
export interface ReportSection {
  /** Its heading. */
  readonly title: string;
  /** What it shows, for whoever has it not: `how similar images …`. Follows "does not show". */
  readonly shows: string;
  /** The command that makes what it is drawn from, such as `sincere evaluate --train TRAIN --test TEST --out EVAL`. */
  readonly command: string;
  /**
   * Left out of what the page lacks: it is an answer to a question that few ask of every encoder, and the list is of what a report
   * is expected to have. @default false
   */
  readonly isOptional?: boolean | undefined;
  /**
   * Draws it; undefined where there is nothing to draw it from. A pure function of the material and the files in it: no clock,
   * no randomness. Files are read in bounded memory: 100,000 rows and 1,000 classes are usual.
   *
   * @throws {PipelineError} `ERR_FORMAT` when a file is damaged.
   */
  readonly draw: (
    material: ReportMaterial,
    context: ReportContext,
  ) => Promise<SectionContent | undefined>;
}
