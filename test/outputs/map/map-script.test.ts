import fs from 'node:fs/promises';
import test from 'ava';
import { packedIds, unpackedIds } from '../../../outputs/map/browser/packed-map.ts';
import { hashOf, stateOfHash } from '../../../outputs/map/browser/view-hash.ts';
import { project } from '../../helpers/project.ts';

test('the script that stands in the repository is what its sources make', async (t) => {
  const { mapScriptText } = (await import(new URL('.ci/build-map.js', project).href)) as {
    readonly mapScriptText: () => Promise<string>;
  };
  const file = new URL('outputs/map/map-script.ts', project);
  // Not `t.is`: a difference of two such texts is of no use.
  t.true(
    (await mapScriptText()) === (await fs.readFile(file, 'utf8')),
    '`node .ci/build-map.js` makes another one',
  );
});

test('ids are packed by what differs, and come back whatever they hold', (t) => {
  const long = 'x'.repeat(200);
  const ids = [
    'cat/1.png',
    'cat/2.png',
    '',
    'cat/2.png',
    `${long}a`,
    `${long}b`,
    '\u{1F600}a',
    '\u{1F601}a',
    '\n"<',
  ];
  t.deepEqual(unpackedIds(packedIds(ids)), ids);
  t.deepEqual(packedIds(['cat/1.png', 'cat/2.png']), [' cat/1.png', '$2.png']);
});

test('the address holds the view and the hidden classes, and no address breaks the map', (t) => {
  const state = { view: { x: 0.25, y: 0.75, zoom: 3 }, hidden: [0, 40] };
  t.is(hashOf('map-0', state), '#map-0=0.2500,0.7500,3.00,0.14');
  t.deepEqual(stateOfHash('map-0', hashOf('map-0', state)), state);
  t.is(stateOfHash('map-1', hashOf('map-0', state)), undefined);
  for (const hash of ['', '#metrics', '#map-0', '#map-0=a,b,c', '#map-0=1,2']) {
    t.is(stateOfHash('map-0', hash), undefined);
  }
  const far = stateOfHash('map-0', '#map-0=9,-9,1e9,zzzzzzzz.-1.x')!;
  t.deepEqual(far.view, { x: 1, y: 0, zoom: 400 });
});
