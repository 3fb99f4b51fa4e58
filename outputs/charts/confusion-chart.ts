import type { Chart, Layer } from './chart.ts';
import { chartWidth, fontSize, ink, line } from './chart-style.ts';
import { fittedText, widestText } from './text-width.ts';

/** Cell of a confusion matrix. */
export interface ConfusionCell {
  /** Places in the list of classes. */
  readonly class: number;
  readonly predicted: number;
  /** Of the images of the class, 0 to 1. */
  readonly share: number;
}

/** Options of a confusion matrix. */
export interface ConfusionChartOptions {
  readonly classes: readonly string[];
  readonly cells: readonly ConfusionCell[];
}

/** Most classes that a matrix is readable with. */
export const mostClasses = 30;

/** Most classes whose cells have room for their numbers. */
const mostNumbers = 12;

const nameRoom = 84;

/** Least side of a cell, such that the names of rows do not touch. */
const leastSide = 15;

/**
 * Classes as rows, predictions as columns: the share of a row in each cell, right ones and wrong ones in two colours.
 * Of more than some classes the chart is wider than others. Cells that are not finite are left out.
 *
 * @throws {RangeError} For more classes than are readable.
 */
export function confusionChart({ classes, cells }: ConfusionChartOptions): Chart {
  if (classes.length > mostClasses) {
    throw new RangeError(`Expected at most ${mostClasses} classes, got \`${classes.length}\``);
  }
  const names = classes.map((name) => fittedText(name, fontSize.label, nameRoom));
  const room = widestText(names, fontSize.label);
  const padding = { left: 14 + room, right: 8, top: 14 + room, bottom: 8 };
  const count = Math.max(1, classes.length);
  const side = Math.max(leastSide, Math.floor((chartWidth - padding.left - padding.right) / count));
  const shown = cells.filter(({ share }) => Number.isFinite(share));
  const place = (field: string) =>
    ({
      field,
      type: 'quantitative',
      scale: { domain: field === 'x' ? [0, count] : [count, 0], nice: false, zero: false },
      axis: null,
    }) as const;
  return {
    spec: {
      width: side * count,
      height: side * count,
      padding,
      autosize: 'none',
      encoding: { x: place('x'), y: place('y') },
      layer: [
        edges(count, side),
        rectangles(shown.filter(isRight), 'var(--good)'),
        rectangles(
          shown.filter((cell) => !isRight(cell)),
          'var(--bad)',
        ),
        ...(count <= mostNumbers ? [numbers(shown)] : []),
        rowNames(names),
        columnNames(names),
      ],
    },
    leftOut: cells.length - shown.length,
  };
}

function isRight({ class: own, predicted }: ConfusionCell): boolean {
  return own === predicted;
}

function edges(count: number, side: number): Layer {
  return {
    data: { values: [{ x: 0, y: 0, across: count, down: count }] },
    mark: { type: 'rect', stroke: line, strokeWidth: side > 20 ? 1 : 0.5, fillOpacity: 0 },
    encoding: { x2: { field: 'across' }, y2: { field: 'down' } },
  };
}

/** Cells, the denser the larger their share: at most so dense that a number on them can be read. */
function rectangles(cells: readonly ConfusionCell[], fill: string): Layer {
  return {
    data: {
      values: cells.map(({ class: row, predicted: column, share }) => ({
        x: column,
        across: column + 1,
        y: row,
        down: row + 1,
        share,
      })),
    },
    mark: { type: 'rect', fill, stroke: null },
    encoding: {
      x2: { field: 'across' },
      y2: { field: 'down' },
      fillOpacity: {
        field: 'share',
        type: 'quantitative',
        // Rare mistakes are seen, too.
        scale: { type: 'sqrt', domain: [0, 1], range: [0, 0.62], clamp: true },
        legend: null,
      },
    },
  };
}

/** Shares in per cent, where they are one at least. */
function numbers(cells: readonly ConfusionCell[]): Layer {
  const values = cells.flatMap(({ class: row, predicted: column, share }) =>
    share < 0.005 ? [] : [{ x: column + 0.5, y: row + 0.5, text: String(Math.round(100 * share)) }],
  );
  return {
    data: { values },
    mark: { type: 'text', baseline: 'middle', fontSize: fontSize.label, fill: ink },
    encoding: { text: { field: 'text', type: 'nominal' } },
  };
}

function rowNames(names: readonly string[]): Layer {
  return {
    data: { values: names.map((name, row) => ({ name, y: row + 0.5 })) },
    mark: { type: 'text', align: 'right', baseline: 'middle', fontSize: fontSize.label, fill: ink },
    encoding: { x: { value: -6 }, text: { field: 'name', type: 'nominal' } },
  };
}

function columnNames(names: readonly string[]): Layer {
  return {
    data: { values: names.map((name, column) => ({ name, x: column + 0.5 })) },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'middle',
      angle: 270,
      fontSize: fontSize.label,
      fill: ink,
    },
    encoding: { y: { value: -6 }, text: { field: 'name', type: 'nominal' } },
  };
}
