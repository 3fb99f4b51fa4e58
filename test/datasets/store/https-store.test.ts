import test from 'ava';
import { placeOf } from '../../../datasets/store/place.ts';
import { objectServer } from '../../helpers/object-server.ts';

const photo = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);

test('an object is found and read whole, by a range, and in pieces', async (t) => {
  const { origin } = await objectServer(t, { objects: { 'a b/ü.jpg': photo } });
  const { store, key, name } = placeOf(`${origin}/a%20b/%C3%BC.jpg`)!;
  t.is(key, 'a b/ü.jpg');
  t.is(name, `${origin}/a%20b/%C3%BC.jpg`);
  const found = (await store.find(key))!;
  t.is(found.bytes, 1000);
  t.deepEqual(await store.read(found), photo);
  t.deepEqual(await store.read(found, { range: { from: 10, bytes: 20 } }), photo.slice(10, 30));
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(found)) pieces.push(piece);
  t.deepEqual(new Uint8Array(Buffer.concat(pieces)), photo);
});
