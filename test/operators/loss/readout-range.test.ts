import test from 'ava';
import { lossReadoutTable } from '../../../operators/loss/readouts.ts';

test('read-outs of rows that are one point stay in their range, whatever float32 makes of them', (t) => {
  const sums: Readonly<Record<string, number>> = {
    squaredDistances: -4e-7,
    potential: 1.000_001,
    positivePairs: 1,
    pairs: 1,
  };
  const sum = (name: string): number => sums[name]!;
  const share = (of: string, all: string): number => sum(of) / sum(all);
  const measured = { sum, share } as never;
  t.is(lossReadoutTable.alignment.value(measured), 0);
  t.is(lossReadoutTable.uniformity.value(measured), 0);
  const nothing = { sum, share: () => Number.NaN } as never;
  t.deepEqual(lossReadoutTable.alignment.value(nothing), Number.NaN, 'of no pairs');
});
