import test from 'ava';
import { numberColumn } from '../../../datasets/records/number-column.ts';
import { permutation, seededRandom } from '../../../operators/random.ts';

const make = (size: number) => new Float64Array(size);

function columnOf(values: readonly number[]) {
  const column = numberColumn(make);
  for (const value of values) column.push(value);
  return column;
}

const cases = [
  [],
  [-1],
  Array.from({ length: 3000 }, () => 0),
  Array.from({ length: 3000 }, () => -1),
  Array.from({ length: 3000 }, (_, at) => (at < 2000 ? 7 : 0)),
  Array.from({ length: 3000 }, (_, at) => at * 2 ** 30),
];

test('a column gives all its values, and those in another order', (t) => {
  for (const values of cases) {
    t.deepEqual([...columnOf(values).all()], values);
    const order = permutation(values.length, seededRandom('order'));
    const moved = columnOf(values).inOrder(order);
    t.deepEqual(
      [...moved],
      Array.from(order, (at) => values[at]!),
    );
  }
});
