import test from 'ava';
import { embedVerb } from '../../../pipeline/options/embed-options.ts';
import { resolveOptions } from '../../../pipeline/options/verb.ts';

const columnsOf = (columns: unknown): unknown =>
  resolveOptions(embedVerb, { data: 'd', model: 'm', out: 'o', columns }).columns;

test('columns are given by what they hold, as a text or as an object', (t) => {
  const both = { image: 'IMG', label: 'class of it' };
  t.deepEqual(columnsOf('image=IMG, label=class of it'), both);
  t.deepEqual(columnsOf(both), both);
  t.deepEqual(columnsOf({ id: 'a,b=c' }), { id: 'a,b=c' });
  t.deepEqual(columnsOf('id=a=b'), { id: 'a=b' });
  t.is(columnsOf(undefined), null);
});

const wrong: readonly (readonly [columns: unknown, message: RegExp])[] = [
  ['IMG', /^Expected `columns` to be columns by what they hold, such as .*, got `IMG`$/u],
  ['image=', /got `image=`$/u],
  ['image=a,image=b', /got `image=a,image=b`$/u],
  ['labels=a', /got `labels=a`; did you mean `label`\?$/u],
  ['pixels=a', /got `pixels=a`: what a column holds is image, label, id or split$/u],
  [{}, /got `\{\}`$/u],
  [['image=a'], /got `\["image=a"\]`$/u],
  [{ image: 3 }, /got `\{"image":3\}`$/u],
];

for (const [columns, message] of wrong) {
  test(`${JSON.stringify(columns)} names no columns`, (t) => {
    t.throws(() => columnsOf(columns), { name: 'UsageError', message });
  });
}
