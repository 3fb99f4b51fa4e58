import { counted } from '../../operators/message-words.ts';

/** Sign of nothing: there is no number. */
const none = '–';

/**
 * A number as pages show it: the one rule of all of them.
 *
 * A whole number in full, with commas; else four decimals, two from 10 on, none from 10,000 on; below 0.001 three digits and a power
 * of ten. A dash where there is none.
 */
export function shownNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return none;
  const size = Math.abs(value);
  return `${value < 0 ? '−' : ''}${size === Number.POSITIVE_INFINITY ? '∞' : digits(size)}`;
}

/** A share of a whole as pages show it: in per cent, with two decimals where it is not all or none. */
export function shownShare(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return none;
  return `${percent(value)}\u00A0%`;
}

/** Unit of a number: a `share` is shown in per cent, all others as they are. */
export type ShownUnit = string;

/** A number of a unit. */
export function shownValue(value: number | null | undefined, unit?: ShownUnit): string {
  return unit === 'share' ? shownShare(value) : shownNumber(value);
}

/** A difference of two numbers of a unit, with its sign: of shares in percentage points. */
export function shownDifference(value: number | null | undefined, unit?: ShownUnit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return none;
  const text = unit === 'share' ? percent(value) : shownNumber(value);
  const signed = value > 0 ? `+${text}` : text;
  return unit === 'share' ? `${signed}\u00A0points` : signed;
}

/** Ends of an interval, `low to high`; undefined where the file has none. */
export function shownInterval(
  low: number | null | undefined,
  high: number | null | undefined,
  shown: (value: number) => string = shownNumber,
): string | undefined {
  if (low === null || low === undefined || high === null || high === undefined) return undefined;
  return `${shown(low)} to ${shown(high)}`;
}

function percent(value: number): string {
  const hundredths = Math.abs(100 * value);
  const sign = value < 0 ? '−' : '';
  if (hundredths === 0 || hundredths === 100) return `${sign}${hundredths}`;
  return hundredths < 0.005 ? `${sign}${digits(hundredths)}` : `${sign}${hundredths.toFixed(2)}`;
}

function digits(size: number): string {
  if (Number.isInteger(size)) return counted(size);
  if (size < 0.001) return power(size);
  if (size >= 10_000) return counted(Math.round(size));
  return size.toFixed(size < 10 ? 4 : 2);
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};

function power(size: number): string {
  const [factor = '', exponent = ''] = size.toExponential(2).split('e');
  return `${factor}\u00A0×\u00A010${Array.from(exponent, (one) => superscripts[one] ?? '').join('')}`;
}
