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

test('further classes of images are in a dataset hash, and only those of images that have several', (t) => {
  const classes = ['a', 'b', 'c'];
  const sets: readonly (readonly number[] | undefined)[] = [undefined, [0, 1], undefined, [1, 2]];
  const hashOf = (of: typeof sets): string =>
    datasetHash({
      classes,
      count: of.length,
      sample: (position) => ({
        id: `${position}.jpg`,
        label: 1,
        ...(of[position] === undefined ? {} : { labels: of[position] }),
      }),
    });
  const lines = [
    JSON.stringify({ classes }),
    ...sets.map((set, at) => JSON.stringify([`${at}.jpg`, 1, ...(set === undefined ? [] : [set])])),
  ];
  const expected = createHash('sha256')
    .update(`${lines.join('\n')}\n`)
    .digest('hex');
  t.is(hashOf(sets), expected);
  t.not(hashOf(sets.with(1, [1, 2])), expected);
  t.not(hashOf(sets.with(1, undefined)), expected);
});
