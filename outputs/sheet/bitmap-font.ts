/** Sides of a glyph, in pixels of the font; one more pixel parts it from the next. */
export const glyphSize = { width: 5, height: 7 } as const;

/** Glyphs in the order of `characters`: seven rows of five pixels, a digit to the base of 32 for each row. */
const glyphs = `
  4444404 aaa0000 aavavaa 4fke5u4 pp248jj cik8lid 4400000 2488842 8422248 04lel40
  044v440 0000648 000v000 00000cc 11248gg ehjlphe 4c4444e eh1248v eh161he 26aiv22
  vgu11he 68guhhe v124888 ehhehhe ehhf12c 0cc0cc0 0660648 248g842 00v0v00 8421248
  eh12404 ehnlnge ehhvhhh uhhuhhu ehggghe sihhhis vgguggv vgguggg ehgnhhf hhhvhhh
  e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe uhhuggg ehhhlid uhhukih
  fgge11u v444444 hhhhhhe hhhhha4 hhhllrh hha4ahh hha4444 v1248gv e88888e gg84211
  e22222e 4ah0000 000000v 8400000 00e1fhf ggmphhu 00egghe 11djhhf 00ehvge 698s888
  00fhf1e ggmphhh 40c444e 20622ic ggikoki c44444e 00qllll 00mphhh 00ehhhe 00uhugg
  00fhf11 00mpggg 00fge1u 88s8896 00hhhjd 00hhha4 00hllla 00ha4ah 00hhf1e 00v248v
  2448442 4444444 8442448 008l200 0004000 0ha4ah0 000000l vhhhhhv`;

/** Printable ASCII without the space, then what the captions are written with; the box stands for all others. */
const characters = `${String.fromCodePoint(...Array.from({ length: 94 }, (_, at) => at + 33))}·×…□`;

const rowsOf: ReadonlyMap<string, readonly number[]> = new Map(
  glyphs
    .trim()
    .split(/\s+/u)
    .map((digits, at) => [
      characters[at]!,
      Array.from(digits, (digit) => Number.parseInt(digit, 32)),
    ]),
);

const blank: readonly number[] = Array.from({ length: glyphSize.height }, () => 0);

/**
 * Glyphs of a text, at most one for each character: its rows, the leftmost pixel of a row in bit 4. Accents are left out; what
 * the font does not have is a box.
 */
export function glyphsOf(text: string): readonly (readonly number[])[] {
  return Array.from(text.normalize('NFC').replaceAll(/\p{M}/gu, ''), (character) => {
    if (/\s/u.test(character)) return blank;
    // Its letter alone, where it is one with an accent.
    const [letter = character] = character.normalize('NFD');
    return rowsOf.get(letter) ?? rowsOf.get('□')!;
  });
}
