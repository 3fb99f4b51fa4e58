import test from 'ava';
import { seededRandom } from '../../../operators/random.ts';
import { linePair } from '../../../operators/theory/gaussian-pair.ts';
import { drawIndices } from '../../../operators/theory/index-model.ts';

test('every index and every set is as likely, and samples come from their side', (t) => {
  // So far apart that the side can be read off a sample.
  const pair = linePair(1e4);
  const random = seededRandom('test', 'indices');
  const draws = 6000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw += 1) {
    const { samples, index, others } = drawIndices(pair, { count: 4, targets: 2 }, random);
    const targets = [...samples.keys()].filter((at) => samples[at]![0]! > 50);
    t.deepEqual(
      targets,
      [index, ...others].toSorted((a, b) => a - b),
    );
    const drawn = `${index} of ${targets.join()}`;
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  t.is(counts.size, 12);
  // Five standard deviations of a count with probability 1/12.
  const slack = 5 * Math.sqrt((draws * 11) / 144);
  for (const count of counts.values()) t.true(Math.abs(count - draws / 12) <= slack, `${count}`);
});

test('the same generator gives the same draw', (t) => {
  const draw = (): unknown =>
    drawIndices(linePair(1), { count: 5, targets: 3 }, seededRandom('test', 7));
  t.deepEqual(draw(), draw());
});

test('refuses impossible numbers of targets', (t) => {
  for (const targets of [0, 4, 1.5]) {
    t.throws(() => drawIndices(linePair(1), { count: 3, targets }, seededRandom('a')), {
      instanceOf: RangeError,
      message: `Expected \`targets\` to be an integer from 1 to \`count\`, got \`${targets}\` of \`3\``,
    });
  }
});
