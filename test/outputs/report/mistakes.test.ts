import test from 'ava';
import { readMistakes } from '../../../outputs/report/examples/mistakes.ts';
import { mistakesSection } from '../../../outputs/report/sections/mistakes.ts';
import { drawnSection, madeEvaluation } from '../../helpers/report-material.ts';

const cat = { class: 'cat', same_id: 'cat/0', other_id: 'x', same_similarity: 0.5, knn5: 'dog' };

test('the example of a confusion has its nearest of another class in the class that was predicted', async (t) => {
  const evaluation = await madeEvaluation(
    t,
    'SINCERE',
    {
      'neighbours.arrow': [
        { ...cat, id: 'widest', other_class: 'car', other_similarity: 0.9 },
        { ...cat, id: 'clear', other_class: 'dog', other_similarity: 0.8 },
        { ...cat, id: 'less clear', other_class: 'dog', other_similarity: 0.7 },
        { ...cat, id: 'right', other_class: 'dog', other_similarity: 0.4, knn5: 'cat' },
      ],
      'confusion.arrow': [
        { source: 'knn5', class: 'cat', predicted: 'dog', images: 3 },
        { source: 'knn5', class: 'cat', predicted: 'cat', images: 1 },
      ],
    },
    { knn5_accuracy: 0.25 },
  );
  const found = (await readMistakes(evaluation))!;
  t.deepEqual(
    found.wrong.map(({ id }) => id),
    ['widest', 'clear', 'less clear'],
  );
  t.deepEqual(
    found.confusions.map(({ example, images }) => [example?.id, images]),
    [['clear', 3]],
  );
  t.like(found, { images: 4, wrongCount: 3, source: 'knn5' });
});

test('tables of an encoder stand beside each other, and ids in them break behind their slashes', async (t) => {
  const row = { ...cat, id: 'test/cat/<1>', other_class: 'dog', other_similarity: 0.9 };
  const evaluation = await madeEvaluation(
    t,
    'SINCERE',
    {
      'neighbours.arrow': [row, { ...row, id: 'right', knn5: 'cat' }],
      'confusion.arrow': [{ source: 'knn5', class: 'cat', predicted: 'dog', images: 1 }],
    },
    { knn5_accuracy: 0.5 },
  );
  const { html } = await drawnSection(mistakesSection, { evaluations: [evaluation] });
  const [, strips = '', confused = ''] = html.split('<div class="beside">')[1]!.split(/^<div>/mu);
  t.is(strips.match(/<table>/gu)?.length, 2);
  t.is(confused.match(/<table>/gu)?.length, 1);
  t.true(strips.includes('<code>test/<wbr>cat/<wbr>&lt;1&gt;</code>'));
});
