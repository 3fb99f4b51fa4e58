import path from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../../../operators/errors.ts';
import type { MeanInterval } from '../../../operators/evaluation/intervals/mean-interval.ts';
import type { SharedImages } from '../../../operators/evaluation/overlap/set-overlap.ts';
import { schemaProblems } from '../../../operators/files/schema-problems.ts';
import { summaryName } from '../../tables/result-folder.ts';
import type { ReportResult } from '../material/material.ts';

/** How well an encoder serves other images, as `summary.json` of a transfer has it. */
export interface TransferNumbers {
  /** Only classes that the encoder had not seen. */
  readonly disjoint: boolean;
  /** At least one. */
  readonly methods: readonly TransferMethod[];
  /** Top-1 of the fine-tuned minus that of the frozen method; null with one method. */
  readonly difference: MeanInterval | null;
  readonly neighbours: readonly {
    readonly layer: string;
    readonly metric: string;
    readonly value: number | null;
  }[];
  /** Test images that are training images as well. */
  readonly overlap: Readonly<Record<'content' | 'vector', SharedImages>> | null;
}

interface TransferMethod {
  readonly method: 'frozen' | 'fine_tuned';
  /** Classes among which it chose. */
  readonly classes: number;
  readonly top1: MeanInterval | null;
  /** Null with at most five classes. */
  readonly top5: MeanInterval | null;
  /** Test images that were left out. */
  readonly notScored: number;
}

const count = z.int().nonnegative();

const shared = z.object({ images: count, of: count });

const interval = z.object({ value: z.number(), ciLow: z.number(), ciHigh: z.number(), n: count });

const transferSchema = z.object({
  disjoint: z.boolean(),
  methods: z
    .array(
      z.object({
        method: z.enum(['frozen', 'fine_tuned']),
        classes: count,
        top1: interval.nullable(),
        top5: interval.nullable(),
        notScored: count,
      }),
    )
    .min(1)
    .max(2),
  difference: interval.nullable(),
  neighbours: z
    .array(
      z.object({ layer: z.string(), metric: z.string(), value: z.number().nullable(), n: count }),
    )
    .max(100),
  overlap: z.object({ content: shared, vector: shared }).nullable(),
});

/** Reads the numbers of a transfer out of its summary. @throws {PipelineError} `ERR_FORMAT` when it is damaged. */
export function readTransfer({ path: folder, summary }: ReportResult): TransferNumbers {
  const parsed = transferSchema.safeParse(summary);
  if (parsed.success) return parsed.data;
  const file = path.join(folder, summaryName);
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${file}\` is not the summary of a transfer of this version: ${schemaProblems(parsed.error, summary)}`,
    { path: file },
  );
}
