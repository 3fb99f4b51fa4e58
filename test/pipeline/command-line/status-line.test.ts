import test from 'ava';
import { statusLine } from '../../../pipeline/command-line/status-line.ts';
import { textSink } from '../../helpers/text-sink.ts';

const clear = '\r\u001B[K';

test('a terminal has one line, which is rewritten', (t) => {
  const sink = textSink({ isTTY: true, columns: 40 });
  const status = statusLine(sink);
  status.show('1 of 2');
  status.show('2 of 2');
  status.end();
  status.end();
  t.is(sink.text(), `${clear}1 of 2${clear}2 of 2\n`);
});

test('what is said stands above the line', (t) => {
  const sink = textSink({ isTTY: true, columns: 40 });
  const status = statusLine(sink);
  status.say('hello');
  status.show('1 of 2');
  status.say('by the way');
  t.is(sink.text(), `hello\n${clear}1 of 2${clear}by the way\n1 of 2`);
});

test('a line that would wrap is cut', (t) => {
  const sink = textSink({ isTTY: true, columns: 5 });
  statusLine(sink).show('123456789');
  t.is(sink.text(), `${clear}1234`);
  const unknown = textSink({ isTTY: true, columns: 0 });
  statusLine(unknown).show('123456789');
  t.is(unknown.text(), `${clear}123456789`);
});

test('elsewhere each is a line of its own', (t) => {
  const sink = textSink();
  const status = statusLine(sink);
  status.show('1 of 2');
  status.say('by the way');
  status.show('2 of 2');
  status.end();
  t.is(sink.text(), '1 of 2\nby the way\n2 of 2\n');
});

test('a quiet, brief one shows nothing and says what is to be said', (t) => {
  const sink = textSink({ isTTY: true, columns: 40 });
  const status = statusLine(sink, { quiet: true, brief: true });
  status.show('1 of 2');
  status.inform('as expected');
  status.say('by the way');
  status.end();
  t.is(sink.text(), 'by the way\n');
});
