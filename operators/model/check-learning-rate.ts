/** @throws {RangeError} When a step cannot be taken at this rate. */
export function checkLearningRate(learningRate: number): void {
  if (Number.isFinite(learningRate) && learningRate >= 0) return;
  throw new RangeError(
    `Expected \`learningRate\` to be a number of at least 0, got \`${learningRate}\``,
  );
}
