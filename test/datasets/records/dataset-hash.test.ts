import { createHash } from 'node:crypto';
import test from 'ava';
import { datasetHash } from '../../../datasets/records/dataset-hash.ts';

test('a dataset hash is that of lines of JSON, whatever the ids hold', (t) => {
  const classes = ['a', 'é"'];
  const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
  const ids = [...characters, '\uD800', '😀', '\u2028', 'a/b c.jpg', String.raw`a\"b`].map(
    (text) => `x${text}y`,
  );
  const lines = [
    JSON.stringify({ classes }),
    ...ids.map((id, at) => JSON.stringify([id, at % 3 === 2 ? null : at % 3])),
  ];
  const expected = createHash('sha256')
    .update(`${lines.join('\n')}\n`)
    .digest('hex');
  const sample = (position: number) => ({
    id: ids[position]!,
    label: position % 3 === 2 ? null : position % 3,
  });
  t.is(datasetHash({ classes, count: ids.length, sample }), expected);
});
