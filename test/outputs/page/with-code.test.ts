import test from 'ava';
import { withCode } from '../../../outputs/page/with-code.ts';

test('what stands between backticks is code, and everything is escaped', (t) => {
  t.is(withCode('NC1: `tr S_W / tr S_B`.').html, 'NC1: <code>tr S_W / tr S_B</code>.');
  t.is(withCode('`a`, `b`').html, '<code>a</code>, <code>b</code>');
  t.is(
    withCode('<b> `<i>` "`&`" \u202E').html,
    '&lt;b&gt; <code>&lt;i&gt;</code> &quot;<code>&amp;</code>&quot; \uFFFD',
  );
});

test('text without pairs of backticks, and an empty pair, stay as they are', (t) => {
  for (const text of ['', 'plain', 'a ` alone', 'an empty ``']) t.is(withCode(text).html, text);
  t.is(withCode('got ``: `a` and `').html, 'got ``: <code>a</code> and `');
});
