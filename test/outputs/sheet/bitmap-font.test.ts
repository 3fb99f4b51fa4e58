import test from 'ava';
import { glyphsOf, glyphSize } from '../../../outputs/sheet/bitmap-font.ts';

const ascii = String.fromCodePoint(...Array.from({ length: 94 }, (_, at) => at + 33));
const box = glyphsOf('□')[0]!;

test('every character of ASCII has a glyph of its own, which fits its cell', (t) => {
  const glyphs = glyphsOf(`${ascii}·×…□`);
  t.is(new Set(glyphs.map((rows) => rows.join())).size, ascii.length + 4);
  for (const rows of glyphs) {
    t.is(rows.length, glyphSize.height);
    t.true(rows.every((bits) => bits >= 0 && bits < 2 ** glyphSize.width));
    t.true(rows.some((bits) => bits > 0));
  }
});

test('accents are left out, what is not there is a box, white space is empty', (t) => {
  t.deepEqual(glyphsOf('çäÅ'), glyphsOf('caA'));
  t.deepEqual(glyphsOf('e\u0301'), glyphsOf('e'));
  t.deepEqual(glyphsOf('猫🐈'), [box, box]);
  for (const space of [' ', '\t', '\u00A0'])
    t.true(glyphsOf(space)[0]!.every((bits) => bits === 0));
});

test('a text never has more glyphs than characters', (t) => {
  for (const text of ['각', 'ﷺ', 'a\u0301\u0302', '']) {
    t.true(glyphsOf(text).length <= Array.from(text).length, text);
  }
});
