/** Steps over which read-outs are averaged before they are judged: batches differ. */
export const judgedSteps = 50;

/** Steps before which nothing is judged: an untrained network maps all images to almost the same vector. */
const grace = 200;

/** First step whose averages are judged, after the warm-up and what follows it. */
export function firstJudgedStep(warmupSteps: number): number {
  return grace + warmupSteps;
}
