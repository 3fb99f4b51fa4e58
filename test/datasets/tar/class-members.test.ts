import test from 'ava';
import { type ClassKind, saidClasses } from '../../../datasets/tar/class-members.ts';

const said = (kind: ClassKind, text: string, field?: string) =>
  saidClasses(kind, Buffer.from(text), field);

test('a `.cls` member names a class by one line of text, numbers by their digits', (t) => {
  t.deepEqual(said('cls', '7'), ['7']);
  t.deepEqual(said('cls', ' 7\n'), ['7']);
  t.deepEqual(said('cls', '007'), ['007']);
  t.deepEqual(said('cls', 'großer Hund\r\n'), ['großer Hund']);
});

test('what is no name of a class is known as none', (t) => {
  for (const text of ['', ' \n', 'two\nlines', 'a\0b', 'x'.repeat(201)])
    t.is(said('cls', text), null);
  t.is(saidClasses('cls', Uint8Array.of(0x80, 0x02, 0x4b)), null);
});

test('a `.json` member names its classes in a field: names before numbers, a list for several', (t) => {
  t.deepEqual(said('json', '{"label": 3}'), ['3']);
  t.deepEqual(said('json', '{"label": 3, "label_name": "cat"}'), ['cat']);
  t.deepEqual(said('json', '{"labels": ["cat", "dog", "cat"]}'), ['cat', 'dog']);
  t.deepEqual(said('json', '7'), ['7']);
  t.deepEqual(said('json', '["a", "b"]'), ['a', 'b']);
  t.deepEqual(said('json', '{"label": null}'), []);
});

test('a `.json` member without such a field says nothing of classes', (t) => {
  t.deepEqual(said('json', '{"url": "https://example.org", "caption": "a cat"}'), []);
  t.deepEqual(said('json', '{"__proto__": "x", "constructor": "y"}'), []);
});

test('a field that holds no class is known as none', (t) => {
  for (const text of [
    '{',
    '{"label": {}}',
    '{"label": 0.5}',
    '{"label": true}',
    '{"label": [[1]]}',
  ]) {
    t.is(said('json', text), null, text);
  }
});

test('a chosen field is the only one that is asked', (t) => {
  t.deepEqual(said('json', '{"label": 3, "species": "owl"}', 'species'), ['owl']);
  t.deepEqual(said('json', '{"label": 3}', 'species'), []);
});

test('a `.txt` member may name a class when it is one short line', (t) => {
  t.deepEqual(said('txt', 'cat\n'), ['cat']);
  t.is(
    said('txt', 'a photo of a cat that sits on a mat and looks into the garden of a house'),
    null,
  );
});
