import type { AxisOptions } from '../../charts/frame.ts';
import { counted, cutText } from '../../../operators/message-words.ts';
import { shownNumber } from '../../page/shown-number.ts';
import { markup, type Markup } from '../../page/markup.ts';
import {
  type ChartPanel,
  chartFigure,
  figureStyle,
  type PanelGroup,
} from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import {
  scaleWords,
  similarityAxes,
  similarityChart,
  similarityLegend,
} from '../figures/similarity-axes.ts';
import { histogramsOf, type SimilarityBins, similarityBins } from '../figures/similarity-bins.ts';
import { withFile } from '../figures/with-file.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import {
  type ClassMetrics,
  evaluationName,
  readClassMetrics,
} from '../tables/read-class-metrics.ts';
import {
  neighboursName,
  readSimilarities,
  type Similarities,
} from '../tables/read-similarities.ts';

const mostEvaluations = 3;
const mostClasses = 12;

/** An evaluation with what it says of its classes. */
interface Measured {
  readonly evaluation: ReportEvaluation;
  readonly classes: ReadonlyMap<string, ClassMetrics>;
  readonly similarities: ReadonlyMap<string | null, Similarities>;
}

/** Similarities to the nearest image of the own and of another class, class by class: Figure 3 of the paper. */
export const classSimilaritiesSection: ReportSection = {
  title: 'Similarity by class',
  shows: 'which classes are hard to tell from others',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async ({ evaluations }, context) => {
    const there = await withFile(evaluations, neighboursName, context);
    const shown = firstOf(there, mostEvaluations, 'The similarities by class', context);
    const classes: (readonly [ReportEvaluation, ReadonlyMap<string, ClassMetrics>])[] = [];
    for (const one of shown) {
      const names = ['target_median', 'noise_median', 'margin'];
      classes.push([one, await readClassMetrics(one.path, names)]);
    }
    const names = chosenClasses(classes.map(([, of]) => of));
    if (names.shown.length === 0) return undefined;
    const measured: Measured[] = [];
    for (const [evaluation, of] of classes) {
      const wanted = new Set<string | null>(names.shown);
      const similarities = await readSimilarities(evaluation.path, (name) => wanted.has(name));
      measured.push({ evaluation, classes: of, similarities });
    }
    return { body: await bodyOf(names, measured), styles: [figureStyle] };
  },
};

interface ChosenClasses {
  readonly shown: readonly string[];
  readonly all: number;
}

/** All classes, or of many those with the smallest margins, which are the mean of those of the evaluations. */
function chosenClasses(evaluations: readonly ReadonlyMap<string, ClassMetrics>[]): ChosenClasses {
  const margins = new Map<string, number[]>();
  for (const classes of evaluations) {
    for (const [name, metrics] of classes) {
      const margin = metrics.get('margin')?.value ?? null;
      if (margin !== null) margins.set(name, [...(margins.get(name) ?? []), margin]);
    }
  }
  const means = Array.from(margins, ([name, values]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { name, mean };
  });
  if (means.length <= mostClasses)
    return { shown: means.map(({ name }) => name), all: means.length };
  const hardest = means.sort((a, b) => a.mean - b.mean).slice(0, mostClasses);
  return { shown: hardest.map(({ name }) => name), all: means.length };
}

async function bodyOf(
  { shown, all }: ChosenClasses,
  measured: readonly Measured[],
): Promise<Markup> {
  const similar = measured.flatMap(({ similarities }) => [...similarities.values()]);
  const bins = similarityBins(similar);
  const histograms = similar.map((of) => histogramsOf(of, bins));
  const axes = similarityAxes(histograms, bins);
  const bare = (axis: AxisOptions): AxisOptions => ({ ...axis, title: '' });
  const y = { ...bare(axes.y), ...(axes.isSquareRoot ? { values: [0, 0.05, 0.5] } : { ticks: 2 }) };
  const size = { x: { ...bare(axes.x), ticks: 3 }, y, height: 72, width: 250 };
  const panels = shown.map((name) => groupOf(name, measured, { bins, size }));
  const files = measured.flatMap(({ evaluation: { name } }) =>
    [neighboursName, evaluationName].map((file) => `${name}/${file}`),
  );
  const chosen =
    all > shown.length
      ? ` Of ${counted(all, 'class', 'classes')} these are the ${shown.length} with the smallest margin of medians.`
      : '';
  return markup`${await chartFigure({
    legend: similarityLegend,
    panels,
    isSmall: true,
    caption:
      'The same for each class: across, the cosine similarity; up, the share of its test images; dotted lines are the medians. Good: ' +
      `two hills far apart in every panel. This is Figure 3 of the SINCERE paper for this data.${scaleWords(axes)}${chosen}`,
    files,
  })}`;
}

/** A class: what each evaluation says of it. */
function groupOf(
  name: string,
  measured: readonly Measured[],
  {
    bins,
    size,
  }: { readonly bins: SimilarityBins; readonly size: Parameters<typeof similarityChart>[2] },
): PanelGroup {
  const short = cutText(name, 60);
  const panels = measured.flatMap(({ evaluation, classes, similarities }): ChartPanel[] => {
    const found = similarities.get(name);
    if (found === undefined) return [];
    const [target, noise, margin] = ['target_median', 'noise_median', 'margin'].map(
      (metric) => classes.get(name)?.get(metric)?.value ?? null,
    );
    const medians = { target: target!, noise: noise! };
    return [
      {
        ...(measured.length === 1 ? {} : { name: evaluation.label }),
        title: `Similarity of test images of ${short} to the nearest training images: ${evaluation.label}`,
        description: `The median to the own class is ${shownNumber(target)}, to another class ${shownNumber(noise)}; the margin is ${shownNumber(margin)}.`,
        chart: similarityChart(histogramsOf(found, bins), medians, size),
      },
    ];
  });
  return { name: short, panels };
}
