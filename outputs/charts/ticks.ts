/** Values of an axis that have a label, and how they are written. */
export interface Ticks {
  /** Ascending, within the domain. */
  readonly values: readonly number[];
  /** A format of d3, for the axis. */
  readonly format: string;
  /** The label of a value, as that format writes it. */
  readonly label: (value: number) => string;
}

/** Unit of an axis: plain numbers, or shares that are written as percentages. */
export type TickUnit = 'number' | 'share';

/**
 * Round values within a domain: at most `count`, multiples of 1, 2 or 5 times a power of ten.
 *
 * @param count Most ticks, 2 or more.
 */
export function ticksOf(
  [low, high]: readonly [number, number],
  count: number,
  unit: TickUnit,
): Ticks {
  const step = roundStep((high - low) / count, unit === 'share' ? 0.01 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
    // Through the decimals, so that 3 × 0.1 is 0.3; and no zero has a sign.
    return Number(((first + at) * step).toPrecision(12)) + 0;
  });
  return { values, ...(unit === 'share' ? shareFormat(step) : numberFormat(step, high, low)) };
}

/** The smallest of 1, 2, 5, 10 … that is no less than a step. */
function roundStep(least: number, atLeast: number): number {
  const wanted = Math.max(least, atLeast, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wanted * (1 - 1e-9)) ?? 10;
  return factor * power;
}

type Format = Pick<Ticks, 'format' | 'label'>;

function shareFormat(step: number): Format {
  const decimals = decimalsOf(step * 100);
  return {
    format: `.${decimals}%`,
    label: (value) => `${signed((value * 100).toFixed(decimals))}%`,
  };
}

function numberFormat(step: number, high: number, low: number): Format {
  const largest = Math.max(Math.abs(high), Math.abs(low));
  if (largest >= 1e7 || step < 1e-4) {
    // Digits that tell neighbouring ticks apart.
    const digits = Math.max(0, Math.min(6, Math.round(Math.log10(largest / step))));
    return { format: `.${digits}e`, label: (value) => signed(value.toExponential(digits)) };
  }
  const decimals = decimalsOf(step);
  return {
    format: `,.${decimals}f`,
    label: (value) => {
      const [whole = '', ...rest] = value.toFixed(decimals).split('.');
      return signed([whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, ','), ...rest].join('.'));
    },
  };
}

function decimalsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

function signed(digits: string): string {
  // The sign alone, not that of an exponent.
  return digits.replace(/^-/u, '−');
}
