import {
  formatted,
  type LossReadoutName,
  type LossReadouts,
  lossReadoutTable,
} from '../../operators/loss/readouts.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { loss, type MeasuredLoss } from '../loss.ts';
import { type LossOptions, lossVerb } from '../options/loss-options.ts';
import type { Resolved } from '../options/verb.ts';
import { counted } from '../../operators/message-words.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { convertStep } from '../next/convert-step.ts';
import { neighboursStep, suspectsStep } from '../next/steps-of-sets.ts';

/** `loss` on the command line. */
export const lossCommand: Command<LossOptions, MeasuredLoss> = {
  verb: lossVerb,
  run: loss,
  stopped: () => 'stopped; nothing was written',
  about: ({ embeddings }) => ({ loss: null, embeddings: shownLocation(embeddings) }),
  lines: (measured, { options }) => [
    Number.isNaN(measured.value)
      ? 'loss undefined: no image has another of its class'
      : `loss ${measured.value.toPrecision(9)} nats`,
    '',
    ...textTable(countCells(measured, options), { heading: false }),
    '',
    ...textTable([['measure', 'value', 'unit'], ...readoutCells(measured.readouts)]),
    ...(measured.gradient === null ? [] : ['', `gradient written to ${measured.gradient.path}`]),
  ],
  next: ({ gradient }, { options }) => {
    const { embeddings: set, layer, exclude } = options;
    return [
      gradient === null ? undefined : convertStep('the gradient', gradient.path),
      suspectsStep({ set, layer, exclude }),
      neighboursStep({ set, layer }),
    ];
  },
  json: ({ value, loss: spec, gradient, ...counted }, { normalize }) => ({
    ...spec,
    ...counted,
    loss: value,
    normalize,
    gradient: gradient?.path ?? null,
  }),
};

/** Cells about the loss and its set: what it is the loss of. */
function countCells(
  measured: MeasuredLoss,
  options: Pick<Resolved<LossOptions>, 'normalize'>,
): string[][] {
  const { loss: spec, rows, anchors } = measured;
  const { anchorsWithoutPositive, withoutClass, unusable, excluded } = measured;
  const epsilon = spec.name === 'eps-sup-infonce' ? `, epsilon ${spec.epsilon}` : '';
  const normalised = options.normalize ? ', brought to length 1' : '';
  return [
    ['loss', `${spec.name}, temperature ${spec.temperature}${epsilon}`],
    ['rows', `${counted(rows)}, ${measured.layer}${normalised}`],
    ['anchors', counted(anchors)],
    [
      'left out',
      `${counted(anchorsWithoutPositive)} alone in their class, ${counted(withoutClass)} without a class` +
        (unusable === 0 ? '' : `, ${counted(unusable)} that cannot be used`) +
        (excluded === 0 ? '' : `, ${counted(excluded)} by \`--exclude\``),
    ],
  ];
}

function readoutCells(readouts: LossReadouts): string[][] {
  return Object.entries(lossReadoutTable).flatMap(([name, { report }]) =>
    report === null
      ? []
      : [[report.label, formatted(readouts[name as LossReadoutName], report.format), report.unit]],
  );
}
