import test from 'ava';
import { repeatedKey } from '../../../datasets/manifest/repeated-key.ts';

test('a key that an object has twice is found, however it is written', (t) => {
  const cases: readonly (readonly [text: string, key: string | undefined])[] = [
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}],"d":":\\":\\\\","__proto__":{"x":1}}', undefined],
    ['{}', undefined],
    ['[":", 1, null]', undefined],
    ['{"a":1,"b":2,"a":3}', 'a'],
    ['{"a":1,"\\u0061":3}', 'a'],
    ['{"x":[{"é\\"":1, "é\\"" : 2}]}', 'é"'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ];
  for (const [text, key] of cases) t.is(repeatedKey(text, JSON.parse(text)), key, text);
});

test('a key is looked for in the depth of a line without a call for each level', (t) => {
  const deep = `${'['.repeat(5000)}{"a":1,"a":2}${']'.repeat(5000)}`;
  t.is(repeatedKey(deep, JSON.parse(deep)), 'a');
});
