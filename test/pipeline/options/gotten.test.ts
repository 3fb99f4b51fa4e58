import test from 'ava';
import { gotten } from '../../../pipeline/options/gotten.ts';

test('a value of another type than its option is told with its type, and how to write it', (t) => {
  const cases = [
    ['number', '2', 'the text `2`: leave out the quotes'],
    ['number', 'many', '`many`'],
    ['number', 0.5, '`0.5`'],
    ['number', undefined, 'nothing'],
    ['numbers', 5, 'the number `5`: write a list, `[5]`'],
    ['numbers', '1, 5', 'the text `1, 5`: write a list, `[1, 5]`'],
    ['numbers', ['1', 5], '`["1",5]`: leave out the quotes'],
    ['numbers', [0.5], '`[0.5]`'],
    ['switch', 'true', 'the text `true`: leave out the quotes'],
    ['switch', 1, '`1`'],
    ['text', 2024, 'the number `2024`: quote it, `"2024"`'],
    ['text', true, 'the boolean `true`: quote it, `"true"`'],
    ['text', '', '``'],
    ['texts', [0, 1], '`[0,1]`: quote them, `["0", "1"]`'],
    ['texts', ['cat', true], '`["cat",true]`: quote them, `[cat, "true"]`'],
    ['texts', 7, 'the number `7`: write a list, `["7"]`'],
    ['texts', 'cat,dog', 'the text `cat,dog`: write a list, `[cat,dog]`'],
    ['texts', ['cat', 'cat'], '`["cat","cat"]`'],
    [undefined, null, '`null`'],
  ] as const;
  for (const [kind, value, words] of cases) t.is(gotten(kind, value), words);
});
