import { shownName } from '../../operators/message-words.ts';
import { decimalFloat32, isNumberText } from './decimal-float32.ts';

/** Why numbers with decimal commas are not read. */
const decimalCommas = 'has decimal commas: write numbers with points, and one mark between them';

/** Tests whether a text is a list of two numbers or more, or one in brackets. */
export function isVectorText(text: string): boolean {
  const parts = partsOf(text);
  const isList = parts.length > 1 || (parts.length === 1 && /^\s*[[({]/u.test(text));
  return isList && parts.every((part) => isNumberText(part) || isNull(part));
}

/** What a column of such numbers is called. */
export const decimalCommaType = 'numbers with decimal commas';

/** Tests whether a text is a number with a decimal comma, `0,5`; a list of two integers is `[0,5]`. */
export function isDecimalComma(text: string): boolean {
  return /^\s*[+-]?\d+,\d+(?:e[+-]?\d+)?\s*$/iu.test(text);
}

/** Tests whether commas are followed by numbers as spaces or `;` are: `[0,5 0,7]`. */
function isAmbiguous(text: string): boolean {
  return /\d,\d/u.test(text) && /\d(?:\s*;\s*|\s+)[-+.\d]/u.test(text);
}

/**
 * Numbers of a text, such as `[0.1, 0.2]`, `0.1 0.2` or `{0.1;0.2}`, each the nearest float32; NaN for null.
 *
 * @returns Null of an empty text or list.
 * @throws {Error} When it holds something else: the message is the reason.
 */
export function textVector(text: string): Float32Array | null {
  if (isDecimalComma(text) || isAmbiguous(text)) throw new Error(decimalCommas);
  const parts = partsOf(text);
  if (parts.length === 0 || (parts.length === 1 && isNull(parts[0]!))) return null;
  const values = new Float32Array(parts.length);
  for (const [at, part] of parts.entries()) values[at] = numberOf(part);
  return values;
}

/** A number of a text; NaN of an empty one. @throws {Error} When it is none: the message is the reason. */
export function numberOf(text: string): number {
  const part = text.trim();
  if (part === '' || isNull(part)) return Number.NaN;
  const value = decimalFloat32(part);
  if (value !== undefined) return value;
  if (/^(?:\.{3}|…)$/u.test(part))
    throw new Error('holds `...`: numbers were left out by whoever printed it');
  throw new Error(`holds ${shownName(part)}, which is no number`);
}

function isNull(part: string): boolean {
  return /^(?:null|none|na|<na>)$/iu.test(part);
}

function partsOf(text: string): readonly string[] {
  const bare = text
    .trim()
    .replace(/^[[({]/u, '')
    .replace(/[\])}]$/u, '')
    .trim();
  return bare === '' ? [] : bare.split(/\s*[,;]\s*|\s+/u);
}
