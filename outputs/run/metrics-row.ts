import { crossEntropyReadoutTable, lossReadoutTable } from '../../operators/loss/readouts.ts';
import {
  type ClassifierReadouts,
  gradientReadoutTable,
  type StepReadouts,
} from '../../operators/step/step-readouts.ts';
import type { StepResult } from '../../operators/step/step-result.ts';
import type { LogColumns, LogRow } from '../arrow/log-rows.ts';
import { readoutCells } from './metrics-columns.ts';

/** Row of `metrics.arrows`: each read-out under its column. */
export function metricsRow({
  plan,
  learningRate,
  readouts,
}: StepResult<StepReadouts | ClassifierReadouts>): LogRow<LogColumns> {
  const table = 'accuracy' in readouts ? crossEntropyReadoutTable : lossReadoutTable;
  const values = { ...readouts };
  return {
    step: plan.seq,
    epoch: plan.epoch,
    learning_rate: learningRate,
    ...readoutCells(table, values),
    ...readoutCells(gradientReadoutTable, values),
    images: plan.samples.length,
  };
}
