import type { FieldNote } from './option-fields.ts';
import { cutText } from '../../operators/message-words.ts';

type Kind = FieldNote['kind'];

/**
 * Words for a value that an option refuses, to follow "got".
 *
 * A value of another type looks the same as one of the right type in a configuration file: `"2"` is a text, `[0, 1]`
 * numbers, and a name such as `yes` is one where `true` is not. So its type is told, and how to write it.
 *
 * @param kind Of the option; undefined where it is not known.
 */
export function gotten(kind: Kind | undefined, value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = cutText(typeof value === 'string' ? value : JSON.stringify(value), longest);
  const remark = kind === undefined ? undefined : remarks[kind](value);
  return remark === undefined ? `\`${text}\`` : remark.replace('$', () => `\`${text}\``);
}

/** What is told of a value of the wrong type by the kind of its option, with `$` for the value. */
const remarks: Readonly<Record<Kind, (value: unknown) => string | undefined>> = {
  number: (value) => (isNumeric(value) ? 'the text $: leave out the quotes' : undefined),
  numbers: (value) => {
    if (typeof value === 'number') return `the number $: write a list, \`[${value}]\``;
    if (typeof value === 'string' && value !== '') {
      return /^[\d\s,]+$/u.test(value) ? `the text $: write a list, \`[${value}]\`` : undefined;
    }
    const texts = Array.isArray(value) && value.some(isNumeric);
    return texts ? '$: leave out the quotes' : undefined;
  },
  switch: (value) =>
    value === 'true' || value === 'false' ? 'the text $: leave out the quotes' : undefined,
  text: (value) =>
    isBare(value) ? `the ${typeof value} $: quote it, \`"${String(value)}"\`` : undefined,
  texts: (value) => {
    if (typeof value === 'string' && value !== '') {
      return `the text $: write a list, \`[${value}]\``;
    }
    if (isBare(value)) return `the ${typeof value} $: write a list, \`["${String(value)}"]\``;
    if (!Array.isArray(value) || !value.some(isBare)) return undefined;
    const quoted = value.map((one) => (isBare(one) ? `"${String(one)}"` : String(one)));
    return `$: quote them, \`[${quoted.join(', ')}]\``;
  },
};

/** A whole file in the place of a value says no more than its beginning. */
const longest = 200;

/** A number in quotes. The command line makes numbers of such texts itself. */
function isNumeric(value: unknown): boolean {
  return typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(value);
}

/** A word that is no text without quotes. */
function isBare(value: unknown): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
