import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { shownInterval, shownNumber } from '../../page/shown-number.ts';
import { markup } from '../../page/markup.ts';
import { chartFigure, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import {
  scaleWords,
  similarityAxes,
  similarityChart,
  similarityLegend,
} from '../figures/similarity-axes.ts';
import { histogramsOf, similarityBins } from '../figures/similarity-bins.ts';
import { withFile } from '../figures/with-file.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import {
  neighboursName,
  readSimilarities,
  type Similarities,
} from '../tables/read-similarities.ts';

const mostEvaluations = 6;

const columns = [
  ['median, own class', 'target_median'],
  ['median, other class', 'noise_median'],
  ['margin of medians', 'margin'],
] as const;

/** Similarities to the nearest image of the own and of another class, over all classes: Figure 2 of the paper. */
export const similaritiesSection: ReportSection = {
  title: 'Similarity to the nearest images',
  shows: 'how far images of other classes are from those of the own class',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async ({ evaluations }, context) => {
    const there = await withFile(evaluations, neighboursName, context);
    const shown = firstOf(
      there,
      mostEvaluations,
      'The similarities to the nearest images',
      context,
    );
    const read: (readonly [ReportEvaluation, Similarities])[] = [];
    for (const one of shown) {
      const similarities = (await readSimilarities(one.path, (name) => name === null)).get(null);
      if (similarities !== undefined) read.push([one, similarities]);
    }
    if (read.length === 0) return undefined;
    const bins = similarityBins(read.map(([, similarities]) => similarities));
    const found = read.map(
      ([one, similarities]) => [one, histogramsOf(similarities, bins)] as const,
    );
    const histograms = found.map(([, of]) => of);
    const axes = similarityAxes(histograms, bins);
    const figure = await chartFigure({
      legend: similarityLegend,
      panels: found.map(([one, of]) => ({
        name: one.label,
        title: `Similarity of test images to the nearest training images: ${one.label}`,
        description: described(one),
        chart: similarityChart(of, mediansOf(one), axes),
      })),
      caption: `${caption}${scaleWords(axes)}`,
      files: found.map(([{ name }]) => `${name}/${neighboursName}`),
    });
    return {
      body: markup`${figure}\n${medianTable(found.map(([one]) => one))}`,
      styles: [figureStyle],
    };
  },
};

const caption =
  'For each test image, how similar the most similar training image of its own class is, and the most similar one of any other ' +
  'class; dotted lines are the medians. Good: the two stand far apart, the own class at the right. Where they overlap, images ' +
  'are nearer to another class than to their own. This is Figure 2 of the SINCERE paper for this data.';

function mediansOf({ metrics }: ReportEvaluation) {
  return {
    target: metrics.get('target_median')?.value ?? null,
    noise: metrics.get('noise_median')?.value ?? null,
  };
}

function described({ metrics, summary }: ReportEvaluation): string {
  const [own, other, margin] = columns.map(([, name]) => shownNumber(metrics.get(name)?.value));
  return `Over ${shownNumber(summary.scored)} test images the median similarity to the nearest of the own class is ${own}, to the nearest of another class ${other}; the margin is ${margin}.`;
}

function medianTable(evaluations: readonly ReportEvaluation[]) {
  return dataTable({
    caption:
      'Cosine similarity to the nearest training image, with 95 % intervals over the choice of test images. A larger margin is better.',
    columns: [{ heading: 'encoder' }, ...columns.map(([heading]) => ({ heading, isNumber: true }))],
    rows: evaluations.map(({ label, metrics }): PageCell[] => [
      label,
      ...columns.map(([, name]) => {
        const { value = null, ciLow, ciHigh } = metrics.get(name) ?? {};
        return rangedCell(shownNumber(value), shownInterval(ciLow, ciHigh));
      }),
    ]),
  });
}
