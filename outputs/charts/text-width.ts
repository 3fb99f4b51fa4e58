/** Characters by their widths in a wide sans-serif face (DejaVu Sans), in ems: text in other faces is narrower. */
const widths: readonly (readonly [characters: string, ems: number])[] = [
  ["ijl|'", 0.29],
  [' .,:;fIrt!()[]/\\-', 0.41],
  ['cksvxyz?"', 0.6],
  ['mMW%@', 1],
  ['w−–=<>+~', 0.84],
  ['ABCDEFGHJKLNOPQRSTUVXYZ&_', 0.75],
];

const emsOf: ReadonlyMap<string, number> = new Map(
  widths.flatMap(([characters, ems]) => Array.from(characters, (one) => [one, ems] as const)),
);

const mark = /^\p{M}$/u;
const wide =
  /^[\u1100-\u115F\u2E80-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F000}-\u{3FFFF}]$/u;

/** Width of a text in a size of font, an estimate from above: no canvas is asked, so that all machines say the same. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += characterWidth(character);
  return ems * fontSize;
}

/** A text, or as much of its beginning as is within a width, with an ellipsis. */
export function fittedText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let [fitted, used] = ['', textWidth('…', fontSize)];
  for (const character of text) {
    used += characterWidth(character) * fontSize;
    if (used > width) break;
    fitted += character;
  }
  return `${fitted.trimEnd()}…`;
}

function characterWidth(character: string): number {
  if (mark.test(character)) return 0;
  return emsOf.get(character) ?? (wide.test(character) ? 1 : 0.64);
}

/** Width of the widest of some texts, in whole units. */
export function widestText(texts: readonly string[], fontSize: number): number {
  return texts.reduce((widest, text) => Math.max(widest, Math.ceil(textWidth(text, fontSize))), 0);
}
