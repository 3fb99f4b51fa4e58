import type { ReportEvaluation, ReportMaterial, ReportRun } from '../material/material.ts';

/** Places of the colours of a page: a run has the same in all plots, and its evaluation has that of the run. */
export interface SeriesPlaces {
  readonly run: (run: ReportRun) => number;
  readonly evaluation: (evaluation: ReportEvaluation) => number;
}

/** Runs first, in their order; then evaluations whose run is not given. */
export function seriesPlaces({ runs, evaluations }: ReportMaterial): SeriesPlaces {
  const paths = runs.map(({ path }) => path);
  const others = evaluations.filter(({ run }) => run === undefined).map(({ path }) => path);
  // An encoder that was measured twice, such as on two sets, has two colours.
  const taken = new Set<number>();
  const places = new Map<string, number>();
  let next = paths.length + others.length;
  for (const { path, run } of evaluations) {
    const own = run === undefined ? paths.length + others.indexOf(path) : paths.indexOf(run.path);
    const place = own < 0 || taken.has(own) ? next++ : own;
    taken.add(place);
    places.set(path, place);
  }
  return {
    run: ({ path }) => Math.max(0, paths.indexOf(path)),
    evaluation: ({ path }) => places.get(path) ?? 0,
  };
}
