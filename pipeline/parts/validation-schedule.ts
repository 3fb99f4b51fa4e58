/** Steps of a run after which it is validated. */
export interface ValidationSchedule {
  /** Tests whether the state after so many steps is validated. */
  readonly due: (steps: number) => boolean;
  /** The last of them up to so many steps; 0 before the first. */
  readonly last: (steps: number) => number;
}

/**
 * Schedule of validations: after every so many steps, and at each end that the run was planned with.
 *
 * @param every Steps from one to the next, 1 or more.
 * @param ends Lengths that the run was planned with, one after the other.
 */
export function validationSchedule(every: number, ends: readonly number[]): ValidationSchedule {
  return {
    due: (steps) => steps > 0 && (steps % every === 0 || ends.includes(steps)),
    last: (steps) =>
      Math.max(steps - (steps % every), 0, ...ends.filter((end) => end > 0 && end <= steps)),
  };
}

/** Work of a run as its images pass through the network. */
export interface ValidatedWork {
  readonly stepsPerEpoch: number;
  /** Images of a batch, and views of each. */
  readonly batchSize: number;
  readonly views: number;
  /** Images of a validation, on both sides. */
  readonly validated: number;
}

/** Passes through the network that a view of a step is worth: forward, and twice as much backward. */
const passes = 3;

/** Share of the work that a validation may take. */
const share = 0.04;

/** Steps between two validations at least: what it takes to set one up counts for little then. */
const leastSteps = 100;

/**
 * Default of the steps between validations: whole epochs, so many that a validation takes about 4 % of the work between
 * two of them. A function of the configuration, and not of the clock.
 */
export function usualValidateEvery({
  stepsPerEpoch,
  batchSize,
  views,
  validated,
}: ValidatedWork): number {
  const affordable = validated / (share * passes * batchSize * views);
  return stepsPerEpoch * Math.ceil(Math.max(affordable, leastSteps) / stepsPerEpoch);
}
