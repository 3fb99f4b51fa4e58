import test from 'ava';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import { shownLocation, withoutSecrets } from '../../operators/shown-location.ts';

test('a location without secrets is shown as it is', (t) => {
  for (const location of [
    'photos',
    '/data/a@b:c?d',
    'synthetic:shapes?count=3&key=1',
    's3://bucket/a@b:c?token=1',
    'https://example.org/a b/{000..9}.tar?version=2&page=1#x',
    'https://example.org/a@2x.jpg',
  ]) {
    t.is(shownLocation(location), location);
  }
});

test('user, password and signatures of a URL are not shown, and the rest is as it was written', (t) => {
  const cases = [
    ['https://user:pass@example.org/{0..9}.tar', 'https://example.org/{0..9}.tar'],
    ['HTTP://user@example.org', 'HTTP://example.org'],
    ['https://h/a?X-Amz-Signature=s&version=2&X%2DAmz-Credential=c', 'https://h/a?version=2'],
    ['https://h/a?sig=s&se=1&sp=r', 'https://h/a'],
    ['https://user:pa/ss@h/a', 'https://…'],
    ['s3://id:se/cret@bucket/key', 's3://…'],
    ['s3://id@bucket', 's3://…'],
    ['s3:id:secret@bucket', 's3://…'],
  ] as const;
  for (const [location, shown] of cases) {
    t.is(shownLocation(location), shown);
    t.is(absoluteLocation(location), shown);
  }
});

test('a text has nothing left of the secrets of a location', (t) => {
  const location = 'https://us er:p%40ss@example.org/a?token=t&x=1';
  const text = `in \`${location}\` or \`${new URL(location).href}\` or ${new URL(location).search}`;
  const shown = withoutSecrets(text, location);
  t.notRegex(shown, /p%40ss|token|us%20er|us er/u);
  t.true(shown.includes('https://example.org/a?x=1'));
  t.is(withoutSecrets('photos', 'photos'), 'photos');
});
