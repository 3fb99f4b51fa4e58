import { losses, type LossName, lossNames } from '../../operators/loss/losses.ts';
import type { LossSpec } from '../../operators/loss/loss-spec.ts';
import type { FormulaName } from './loss-reference.ts';

/** A loss of the table with the usual values of its parameters. */
export function usualLoss(name: LossName, temperature: number): LossSpec {
  const parameters = Object.entries(losses[name].parameters).map(
    ([parameter, { usual }]: [string, { readonly usual: number }]) => [parameter, usual],
  );
  // Name and parameters are from one entry, which the compiler does not follow.
  return { name, temperature, ...Object.fromEntries(parameters) } as LossSpec;
}

/** Every loss of the table. */
export function usualLosses(temperature: number): readonly LossSpec[] {
  return lossNames.map((name) => usualLoss(name, temperature));
}

/** The formula of a loss where labels are given: InfoNCE is SINCERE with labels of its own. */
export function formulaOf(name: LossName): FormulaName {
  return name === 'infonce' ? 'sincere' : name;
}
