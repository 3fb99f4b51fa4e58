/** Rotation of checkpoints: which of them stay on the disk. */
export interface KeepRule {
  /** The newest ones, an integer of at least 1. */
  readonly newest: number;
  /** And those of every so many steps, an integer of at least 1. @default none */
  readonly every?: number | undefined;
}

/** @throws {RangeError} When a number of the rule is out of range. */
export function checkKeepRule({ newest, every = 1 }: KeepRule): void {
  for (const [name, value] of Object.entries({ newest, every })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new RangeError(
      `Expected \`keep.${name}\` to be an integer of at least 1, got \`${value}\``,
    );
  }
}

/**
 * Steps whose checkpoints stay: the newest up to `step`, and those of every so many steps. Those of later steps belong to
 * a course that was given up when the run continued from an earlier checkpoint; they go.
 */
export function keptSteps(
  steps: readonly number[],
  step: number,
  { newest, every }: KeepRule,
): ReadonlySet<number> {
  const behind = steps.filter((one) => one <= step).toSorted((a, b) => b - a);
  const regular = every === undefined ? [] : behind.filter((one) => one > 0 && one % every === 0);
  return new Set([...behind.slice(0, newest), ...regular]);
}
