import path from 'node:path';
import test from 'ava';
import { absoluteLocation, schemeOf } from '../../operators/location-scheme.ts';

test('a location with a scheme stays as it is, a path becomes absolute', (t) => {
  t.is(schemeOf('synthetic:shapes?size=8'), 'synthetic:');
  t.is(absoluteLocation('synthetic:shapes?size=8'), 'synthetic:shapes?size=8');
  for (const folder of ['photos', './synthetic:shapes', 'my_photos:2024']) {
    t.is(schemeOf(folder), null, folder);
    t.is(absoluteLocation(folder), path.resolve(folder));
  }
  t.is(schemeOf('C:/photos'), null, 'a drive of Windows');
});
