import test from 'ava';
import {
  shownDifference,
  shownInterval,
  shownNumber,
  shownShare,
  shownValue,
} from '../../../outputs/page/shown-number.ts';

test('numbers have four decimals, fewer as they grow, and powers of ten when they are tiny', (t) => {
  const cases: readonly (readonly [number | null | undefined, string])[] = [
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [-12_345, '−12,345'],
    [0.326, '0.3260'],
    [-0.13378, '−0.1338'],
    [2.34567, '2.3457'],
    [23.4567, '23.46'],
    [1234.56, '1234.56'],
    [12_345.67, '12,346'],
    [0.000012345, '1.23\u00A0×\u00A010⁻⁵'],
    [-0.0009, '−9.00\u00A0×\u00A010⁻⁴'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NEGATIVE_INFINITY, '−∞'],
    [Number.NaN, '–'],
    [null, '–'],
    [undefined, '–'],
  ];
  for (const [value, text] of cases) t.is(shownNumber(value), text);
});

test('shares are in per cent, their differences in points', (t) => {
  t.is(shownShare(0.326), '32.60\u00A0%');
  t.is(shownShare(1), '100\u00A0%');
  t.is(shownShare(0), '0\u00A0%');
  t.is(shownShare(null), '–');
  t.is(shownValue(0.5, 'share'), '50.00\u00A0%');
  t.is(shownValue(0.5, 'cosine'), '0.5000');
  t.is(shownDifference(0.0123, 'share'), '+1.23\u00A0points');
  t.is(shownDifference(-0.0123, 'cosine'), '−0.0123');
  t.is(shownDifference(0, 'cosine'), '0');
});

test('an interval that a file has not is not shown', (t) => {
  t.is(shownInterval(0.1, 0.2), '0.1000 to 0.2000');
  t.is(shownInterval(0.1, 0.2, shownShare), '10.00\u00A0% to 20.00\u00A0%');
  t.is(shownInterval(null, 0.2), undefined);
  t.is(shownInterval(0.1, undefined), undefined);
});
