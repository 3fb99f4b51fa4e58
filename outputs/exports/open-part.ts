import { createHash } from 'node:crypto';
import { PipelineError } from '../../operators/errors.ts';
import type { Quarantine } from '../../operators/stages/quarantine.ts';
import type { BadSample, BatchPlan, ImageContent, PlannedSample } from '../../operators/types.ts';
import type { ExportPart } from './export-manifest.ts';

/** Results for the readable samples of a plan, in plan order. */
export interface ExportedBatch {
  readonly plan: BatchPlan;
  readonly samples: readonly PlannedSample[];
}

/** Reasons why samples have no row, or were repaired. */
export type SampleReasons = Pick<Quarantine, 'list' | 'listRepaired'>;

/** A part of an export while it is being written. */
export interface OpenPart<B extends ExportedBatch> {
  /** Dataset position after its last. */
  readonly end: number;
  /** Takes in the next position, with its row of `batch`. */
  add(sample: PlannedSample, batch: B, row: number): Promise<void>;
  /** Takes in the next position, which has no row. */
  skip(sample: PlannedSample): Promise<void>;
  /** Brings the rows so far into the file, or as many of them as it holds in memory no longer. */
  flush(): Promise<void>;
  /**
   * Ends the file and gives it its name.
   * @param reasons Asked why samples were skipped, and which were repaired.
   * @throws {PipelineError} `ERR_CONTRACT` when it does not say.
   */
  finish(reasons: SampleReasons): Promise<ExportPart>;
  /** Closes and removes the file. */
  abort(): Promise<void>;
}

/** Opens the part that begins at position `first`, a multiple of `partPositions`. */
export type PartOpener<B extends ExportedBatch> = (first: number) => Promise<OpenPart<B>>;

/** Record of the samples of one part: which have a row, and what their images were. */
export interface PartSamples {
  add(id: string, content: ImageContent | undefined): void;
  skip(id: string): void;
  /** @throws {PipelineError} `ERR_CONTRACT` when a sample without a row has no reason. */
  told(
    reasons: SampleReasons,
  ): Pick<ExportPart, 'content' | 'imageBytes' | 'bad'> & Pick<Partial<ExportPart>, 'repaired'>;
}

/** Begins the record of a part. @param folder For messages. */
export function partSamples(folder: string): PartSamples {
  const hash = createHash('sha256');
  const missing: string[] = [];
  const present = new Set<string>();
  let bytes = 0;
  let isKnown = true;
  return {
    add(id, content) {
      present.add(id);
      isKnown &&= content !== undefined;
      if (content === undefined) return;
      hash.update(`${content.sha256}  ${id}\n`);
      bytes += content.bytes;
    },
    skip: (id) => missing.push(id),
    told(reasons) {
      const bad = missing.length === 0 ? [] : reasonsOf(folder, missing, reasons.list());
      const repaired = reasons.listRepaired().filter(({ id }) => present.has(id));
      const content = isKnown
        ? { content: hash.digest('hex'), imageBytes: bytes }
        : { content: null, imageBytes: null };
      return { ...content, bad, ...(repaired.length === 0 ? {} : { repaired }) };
    },
  };
}

/** Reasons of samples without a row. */
function reasonsOf(
  folder: string,
  ids: readonly string[],
  known: readonly BadSample[],
): readonly BadSample[] {
  const byId = new Map(known.map((sample) => [sample.id, sample]));
  return ids.map((id) => {
    const reason = byId.get(id);
    if (reason !== undefined) return reason;
    throw new PipelineError(
      'ERR_CONTRACT',
      `\`${id}\` has no row in \`${folder}\`, and its quarantine does not say why.`,
      { path: folder, sample: id },
    );
  });
}
