import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { EmbeddingBatch } from '../../operators/types.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import { openEmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import { openRunFolder } from '../../outputs/run/run-folder.ts';
import { saveCheckpoints } from '../../outputs/run/save-checkpoints.ts';
import {
  type EmbeddingsWritten,
  writeEmbeddings,
} from '../../outputs/embeddings/write-embeddings.ts';
import { writeMetrics } from '../../outputs/run/write-metrics.ts';
import { writeSamples } from '../../outputs/run/write-samples.ts';
import type { OperatorCase } from './operator-contract.ts';
import { exportBatch, exportOptions, exportPlan, exportSample } from '../helpers/export-cases.ts';
import { madeUpState, madeUpStep } from '../helpers/training-cases.ts';

async function made(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  return { folder, remove: () => fs.rm(folder, { recursive: true }) };
}

const embeddings: OperatorCase<EmbeddingBatch, EmbeddingsWritten> = {
  async open() {
    const { folder, remove } = await made();
    const opened = await openEmbeddingsFolder(folder, exportOptions(100));
    return {
      operator: writeEmbeddings(opened),
      close: async () => {
        await opened.close();
        await remove();
      },
    };
  },
  input: (seq) =>
    exportBatch(exportPlan(seq, [2 * seq, 2 * seq + 1].map(exportSample)), () => false),
  seqOf: ({ plan }) => plan.seq,
  broken: () => exportBatch(exportPlan(0, [7].map(exportSample)), () => false),
  exclusive: true,
};

const metrics: OperatorCase<StepResult, StepResult> = {
  async open() {
    const { folder, remove } = await made();
    const run = await openRunFolder(folder, { config: {} });
    return {
      operator: writeMetrics(run),
      close: async () => {
        await run.close();
        await remove();
      },
    };
  },
  input: (seq) => madeUpStep(seq),
  seqOf: ({ plan }) => plan.seq,
  broken: () => madeUpStep(3),
  exclusive: true,
};

const samples: OperatorCase<StepResult, StepResult> = {
  async open() {
    const { folder, remove } = await made();
    const run = await openRunFolder(folder, { config: {}, samples: true });
    return {
      operator: writeSamples(run, { classes: ['cat', 'dog'] }),
      close: async () => {
        await run.close();
        await remove();
      },
    };
  },
  input: (seq) => madeUpStep(seq),
  seqOf: ({ plan }) => plan.seq,
  broken: () => ({ ...madeUpStep(3), samples: undefined }),
  exclusive: true,
};

const checkpoints: OperatorCase<StepResult, StepResult> = {
  async open() {
    const { folder, remove } = await made();
    const run = await openRunFolder(folder, { config: {} });
    // States after no step need no rows.
    return {
      operator: saveCheckpoints(run),
      close: async () => {
        await run.close();
        await remove();
      },
    };
  },
  input: (seq) => madeUpStep(seq, seq % 2 === 0 ? madeUpState(0) : undefined),
  seqOf: ({ plan }) => plan.seq,
  broken: () => madeUpStep(3, madeUpState(4)),
  exclusive: true,
};

/** Operators that end in files. */
export const outputCases: {
  readonly writeEmbeddings: typeof embeddings;
  readonly writeMetrics: typeof metrics;
  readonly writeSamples: typeof samples;
  readonly saveCheckpoints: typeof checkpoints;
} = {
  writeEmbeddings: embeddings,
  writeMetrics: metrics,
  writeSamples: samples,
  saveCheckpoints: checkpoints,
};
