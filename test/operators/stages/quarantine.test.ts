import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { quarantine } from '../../../operators/stages/quarantine.ts';
import type { BadSample } from '../../../operators/types.ts';

const broken = new PipelineError('ERR_DECODE', 'broken');
const sample = (id: string) => ({ id, label: 0 });

function known(count: number): BadSample[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `k${at}`,
    stage: 'decode',
    code: 'ERR_DECODE',
    message: 'before',
  }));
}

test('what was known before counts with what was tried before, not with the first thousand', (t) => {
  // A tenth of a large store is bad, and a fifth may be: continued, the next bad one ends nothing.
  const halfway = { count: 1_000_000, maxInvalid: 0.2, known: known(50_000) };
  const bad = quarantine({ ...halfway, triedBefore: 500_000 });
  bad.tried(sample('next'));
  bad.add(sample('next'), broken);
  t.is(bad.list().length, 50_001);
});

test('too many that are known already are refused at once, unless they are tried again', (t) => {
  const options = { count: 20, maxInvalid: 0.2, known: known(5) };
  t.throws(() => quarantine(options), {
    code: 'ERR_TOO_MANY_BAD',
    message: /^5 of 20 images could not be used before.*`retryBad: true`/,
  });
  t.is(quarantine({ ...options, known: known(4) }).list().length, 4);
  t.is(quarantine({ ...options, retry: true }).list().length, 5);
});

test('known samples that are tried again stay listed until they come, and go when they can be used', (t) => {
  const bad = quarantine({ count: 100, known: known(3), retry: true });
  t.false(bad.has(sample('k0')));
  t.deepEqual(bad.recovered(), []);
  bad.tried(sample('k0'));
  bad.tried(sample('k1'));
  bad.add(sample('k1'), broken);
  t.true(bad.has(sample('k1')));
  t.deepEqual(
    bad.list().map(({ id, message }) => [id, message]),
    [
      ['k1', 'broken'],
      ['k2', 'before'],
    ],
  );
  t.deepEqual(bad.recovered(), ['k0']);
  // A second time it is an image like any other.
  bad.tried(sample('k0'));
  t.deepEqual(bad.recovered(), ['k0']);
});
