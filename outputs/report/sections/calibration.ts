import { lineChart } from '../../charts/line-chart.ts';
import { markup } from '../../page/markup.ts';
import { shownNumber, shownShare } from '../../page/shown-number.ts';
import { chartFigure, figureStyle } from '../figures/chart-figure.ts';
import { firstOf } from '../figures/most.ts';
import { nearestDots } from '../tables/pooled-bins.ts';
import { seriesPlaces } from '../figures/series-places.ts';
import { withFile } from '../figures/with-file.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import { type Calibration, calibrationName, readCalibration } from '../tables/read-calibration.ts';

const mostEvaluations = 10;

interface Calibrated {
  readonly evaluation: ReportEvaluation;
  readonly place: number;
  readonly calibration: Calibration;
}

/** Whether the share of neighbours that agree is the share of predictions that are right. */
export const calibrationSection: ReportSection = {
  title: 'Calibration',
  shows: 'whether predictions are right as often as their neighbours agree',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async (material, context) => {
    const places = seriesPlaces(material);
    const there = await withFile(material.evaluations, calibrationName, context);
    const found: Calibrated[] = [];
    for (const evaluation of firstOf(there, mostEvaluations, 'The calibration', context)) {
      const calibration = await readCalibration(evaluation.path);
      if (calibration === undefined) continue;
      found.push({ evaluation, place: places.evaluation(evaluation), calibration });
    }
    if (found.length === 0) return undefined;
    const share = { domain: [0, 1], unit: 'share' } as const;
    const sources = [...new Set(found.map(({ calibration }) => calibration.source))].join(', ');
    const figure = await chartFigure({
      legend: found.map(({ evaluation, place }) => ({
        name: evaluation.label,
        place,
        isLine: false,
      })),
      panels: [
        {
          title: `Reliability of the vote of the nearest (${sources})`,
          description: found.map(described).join(' '),
          chart: lineChart({
            x: { ...share, title: 'confidence: share of the vote' },
            y: { ...share, title: 'accuracy of predictions' },
            series: found.map(({ place, calibration: { confidence, accuracy } }) => ({
              place,
              points: { x: confidence, y: accuracy },
              dots: true,
              // Of bins that hold one confidence only the dots say something.
              line: false,
            })),
            reference: [
              [0, 0],
              [1, 1],
            ],
            height: 280,
          }),
        },
      ],
      caption:
        `Predictions (${sources}) in bins of their confidence, the share of the vote of the nearest training images; bins whose mean ` +
        `confidences are nearer than ${nearestDots} are one dot. Good: dots on the dotted line, where predictions are right as often as ` +
        'they are sure. Below it they are too sure of themselves. ' +
        found.map(described).join(' '),
      files: found.map(({ evaluation: { name } }) => `${name}/${calibrationName}`),
    });
    return { body: markup`${figure}`, styles: [figureStyle] };
  },
};

function described({ evaluation: { label, metrics }, calibration }: Calibrated): string {
  const images = calibration.images.reduce((sum, count) => sum + count, 0);
  const error = metrics.get(`${calibration.source}_ece`)?.value;
  return `${label}: expected calibration error ${shownShare(error)} over ${shownNumber(images)} images.`;
}
