import type { LossReadouts } from '../../operators/types.ts';
import { followRun, type Desk } from '../command-line/follow-run.ts';
import { loss, type LossAdvance, type MeasuredLoss } from '../loss.ts';
import type { LossOptions } from '../options/shared-options.ts';
import { showProgress } from '../command-line/progress.ts';
import { textTable } from '../command-line/text-table.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `loss` with progress and signals. */
export async function lossCommand(options: LossOptions, desk: Desk): Promise<Outcome> {
  const progress = showProgress<LossAdvance | MeasuredLoss>({
    status: desk.status,
    readingOf: (event) =>
      event.kind === 'progress'
        ? { label: 'loss', done: event.done, total: event.total, unit: 'anchors' }
        : undefined,
  });
  const { last } = await followRun(loss(options), desk, { progress });
  const { embeddings, layer, normalize } = options;
  if (last?.kind !== 'result') {
    return {
      exitCode: 130,
      lines: ['stopped; nothing was written'],
      json: { verb: 'loss', loss: null, embeddings, interrupted: true },
    };
  }
  const { loss: spec, value, rows, anchors, anchorsWithoutPositive, withoutClass } = last;
  const { readouts, engine, gradient } = last;
  return {
    exitCode: 0,
    lines: [
      `loss ${value.toPrecision(9)} nats`,
      '',
      ...textTable(countCells(last, options), { heading: false }),
      '',
      ...textTable([['measure', 'value', 'unit'], ...readoutCells(readouts)]),
      ...(gradient === null ? [] : ['', `gradient written to ${gradient.path}`]),
    ],
    json: {
      verb: 'loss',
      loss: value,
      ...spec,
      embeddings,
      interrupted: false,
      layer,
      normalize,
      engine,
      rows,
      anchors,
      anchorsWithoutPositive,
      withoutClass,
      readouts,
      gradient: gradient?.path ?? null,
    },
  };
}

/** What the loss is the loss of. */
function countCells(measured: MeasuredLoss, options: LossOptions): string[][] {
  const { loss: spec, rows, anchors, anchorsWithoutPositive, withoutClass } = measured;
  const epsilon = spec.name === 'eps-sup-infonce' ? `, epsilon ${spec.epsilon}` : '';
  const normalised = options.normalize ? ', brought to length 1' : '';
  const count = (value: number): string => value.toLocaleString('en');
  return [
    ['loss', `${spec.name}, temperature ${spec.temperature}${epsilon}`],
    ['rows', `${count(rows)}, ${options.layer}${normalised}`],
    ['anchors', count(anchors)],
    [
      'left out',
      `${count(anchorsWithoutPositive)} alone in their class, ${count(withoutClass)} without a class`,
    ],
  ];
}

function readoutCells(readouts: LossReadouts): string[][] {
  const plain = (value: number): string => value.toFixed(4);
  const percent = (share: number): string => (100 * share).toFixed(2);
  return [
    ['SINCERE', plain(readouts.sincere), 'nats'],
    ['SupCon', plain(readouts.supcon), 'nats'],
    ['positive pairs that SupCon pushes apart', percent(readouts.repelledShare), '%'],
    ["SupCon's push over its pull on them", percent(readouts.repelledMass), '%'],
    ['nearest row of the same class', percent(readouts.batchNearestAccuracy), '%'],
    ['alignment', plain(readouts.alignment), 'mean squared distance of positives'],
    ['uniformity', plain(readouts.uniformity), 'log mean exp(−2 d²)'],
    ['spread', plain(readouts.spread), '1 − |mean|²'],
    ['effective rank', plain(readouts.effectiveRank), 'directions'],
    ['bound on the divergence of classes', plain(readouts.informationBound), 'nats'],
    ['sharper bound', plain(readouts.sharpInformationBound), 'nats'],
  ];
}
