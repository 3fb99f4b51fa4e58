import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import type { LoadedChunk } from '../../../operators/loading/load-calls.ts';
import { loadedRows } from '../../../operators/loading/loaded-rows.ts';
import { callFailure } from '../../../operators/threads/call-failure.ts';

const planned = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].map((id, position) => ({
  sample: { id, label: 0, position, draw: 0 },
  row: 10 + position,
}));

const nothing: LoadedChunk = {
  unread: [],
  failed: [],
  kept: [],
  repaired: [],
  contents: [],
  isFull: false,
  times: { images: 0, readMs: 0, decodeMs: 0, viewsMs: 0 },
};

test('each image that threads could read has one outcome, with its own row', (t) => {
  const content = { sha256: 'abc', bytes: 3 };
  const failure = callFailure(new PipelineError('ERR_DECODE', 'no end'));
  const rows = loadedRows(planned, {
    ...nothing,
    unread: [1],
    failed: [{ at: 2, failure }],
    repaired: [{ at: 3, told: 'end added' }],
    contents: [content as never, undefined, content as never, content as never],
  });
  t.deepEqual(
    rows.map(({ planned: { row }, error, repaired }) => [row, error?.code, repaired]),
    [
      [10, undefined, undefined],
      [12, 'ERR_DECODE', undefined],
      [13, undefined, 'end added'],
    ],
  );
  t.deepEqual(
    rows.map(({ content: found }) => found),
    [content, undefined, content],
  );
});

test('an image that cannot be decoded is named, with what the thread found', (t) => {
  const failure = callFailure(new PipelineError('ERR_DECODE', 'no end'));
  const [row] = loadedRows([planned[0]!], { ...nothing, failed: [{ at: 0, failure }] });
  t.is(row?.error?.sample, 'a.jpg');
  t.regex(row!.error!.message, /`a\.jpg`.*no end/);
});
