import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { jsonDifferences, readJsonObject } from '../../../operators/files/json.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('JSON may begin with a byte order mark, as editors on Windows write it', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.json');
  await fs.writeFile(file, '\uFEFF{"a": "ä"}');
  t.deepEqual(await readJsonObject(file), { a: 'ä' });
});

const refused: readonly (readonly [what: string, content: string | Buffer, why: RegExp])[] = [
  ['another encoding', Buffer.from('{"a": "ä"}', 'latin1'), /it is no text in UTF-8\. Save it as/u],
  ['UTF-16', Buffer.from('\uFEFF{"a": 1}', 'utf16le'), /it is no text in UTF-8/u],
  ['deep nesting', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, /nested too deep/u],
  ['a list', '[1]', /to hold a JSON object/u],
  ['half of an object', '{"a": ', /Cannot read/u],
];

for (const [what, content, why] of refused) {
  test(`${what} is refused as JSON, with the name of the file`, async (t) => {
    const file = path.join(await temporaryFolder(t), 'a.json');
    await fs.writeFile(file, content);
    const error = await t.throwsAsync(readJsonObject(file), { code: 'ERR_FORMAT', message: why });
    t.true(error.message.includes(file));
  });
}

test('differences of two values are told by key, absent and undefined being the same', (t) => {
  t.deepEqual(jsonDifferences({ a: 1, b: undefined }, { a: 1 }), []);
  t.deepEqual(jsonDifferences({ a: { b: 0.1 } }, { a: { b: 0.2 }, c: null }), [
    '`a.b`: 0.1 before, 0.2 now',
    '`c`: nothing before, null now',
  ]);
});

test('long values that begin alike are different', (t) => {
  const names = Array.from({ length: 40 }, (_, at) => `class ${at}`);
  const [difference, ...others] = jsonDifferences({ names }, { names: [...names, 'one more'] });
  t.regex(difference!, /^`names`: \["class 0".*… before, \["class 0".*… now$/u);
  t.deepEqual(others, []);
});
