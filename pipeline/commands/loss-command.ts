import type { LossReadouts } from '../../operators/loss/readouts.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { loss, type MeasuredLoss } from '../loss.ts';
import { type LossOptions, lossVerb } from '../options/loss-options.ts';
import type { Resolved } from '../options/verb.ts';

/** `loss` on the command line. */
export const lossCommand: Command<LossOptions, MeasuredLoss> = {
  verb: lossVerb,
  run: loss,
  stopped: () => 'stopped; nothing was written',
  about: ({ embeddings }) => ({ loss: null, embeddings }),
  lines: (measured, { options }) => [
    `loss ${measured.value.toPrecision(9)} nats`,
    '',
    ...textTable(countCells(measured, options), { heading: false }),
    '',
    ...textTable([['measure', 'value', 'unit'], ...readoutCells(measured.readouts)]),
    ...(measured.gradient === null ? [] : ['', `gradient written to ${measured.gradient.path}`]),
  ],
  json: ({ value, loss: spec, gradient, ...counted }, { layer, normalize }) => ({
    ...spec,
    ...counted,
    loss: value,
    layer,
    normalize,
    gradient: gradient?.path ?? null,
  }),
};

/** What the loss is the loss of. */
function countCells(
  measured: MeasuredLoss,
  options: Pick<Resolved<LossOptions>, 'layer' | 'normalize'>,
): string[][] {
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
