import test from 'ava';
import { type ReadingPlace, readingPlace } from '../../../operators/loading/reading-place.ts';

/** Who reads the next batches, of files that take threads so long. */
function readers(place: ReadingPlace, batches: number, fileMs: number): boolean[] {
  return Array.from({ length: batches }, () => {
    const threadsRead = place.threadsRead();
    place.measured(threadsRead ? 8 : 0, threadsRead ? 8 * fileMs : 0);
    return threadsRead;
  });
}

test('threads read from a fast store', (t) => {
  t.true(readers(readingPlace(), 100, 0.05).every(Boolean));
});

test('a slow store is left to the thread that plans, and tried again now and then', (t) => {
  const found = readers(readingPlace(), 64, 50);
  t.true(found[0]);
  t.deepEqual(
    found.flatMap((threadsRead, at) => (threadsRead ? [at + 1] : [])),
    [1, 16, 32, 48, 64],
  );
});

test('batches of which threads read no file say nothing of the store', (t) => {
  const place = readingPlace();
  place.measured(8, 800);
  for (let batch = 1; batch < 16; batch += 1) {
    t.false(place.threadsRead());
    place.measured(0, 0);
  }
});

test('a store that has become fast is read by threads again', (t) => {
  const place = readingPlace();
  readers(place, 3, 50);
  t.true(readers(place, 400, 0.05).slice(-100).every(Boolean));
});
