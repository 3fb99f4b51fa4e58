import { EventEmitter } from 'node:events';
import test from 'ava';
import { concat, EMPTY, NEVER, of, throwError, type Observable } from 'rxjs';
import { PipelineError } from '../../../operators/errors.ts';
import type { Command } from '../../../pipeline/command-line/command.ts';
import { perform } from '../../../pipeline/command-line/perform.ts';
import { statusLine } from '../../../pipeline/command-line/status-line.ts';
import { lossVerb, type LossOptions } from '../../../pipeline/options/loss-options.ts';
import { resolveOptions } from '../../../pipeline/options/verb.ts';
import type { RunEvent } from '../../../pipeline/parts/run-event.ts';
import { startRun } from '../../../pipeline/parts/start-run.ts';
import { textSink } from '../../helpers/text-sink.ts';

const progress = {
  kind: 'progress',
  label: 'loss',
  total: 2,
  unit: 'anchors',
  step: null,
} as const;
const result = { kind: 'result', result: 7 } as const;

/** A command of the verb `loss` whose run tells these events. */
function commandOf(
  events$: Observable<RunEvent<number>>,
  notes: readonly (readonly [text: string, options: readonly string[]])[] = [],
): Command<LossOptions, number> {
  return {
    verb: lossVerb,
    run: (given) =>
      startRun(lossVerb, given, (_options, _scope, note) => {
        for (const [text, options] of notes) note(text, options);
        return events$;
      }),
    stopped: (_options, last) => `stopped after ${last?.done ?? 0}`,
    about: ({ embeddings }) => ({ embeddings }),
    lines: (value, { options }) => [`${options.loss}: ${value}`],
    next: () => [{ about: 'do it again', words: ['loss', 'a b'] }],
    json: (value) => ({ value }),
    failed: (value) => value < 0,
  };
}

function performed(command: Command<LossOptions, number>) {
  const sink = textSink();
  const signals = new EventEmitter();
  const context = {
    status: statusLine(sink),
    signals,
    env: {},
    calledAs: 'sincere',
    resumeCommand: 'sincere loss a --resume',
  };
  const outcome = perform(command, resolveOptions(lossVerb, { embeddings: 'a' }), context);
  return { outcome, sink, signals };
}

test('the result is told in words and as JSON', async (t) => {
  const { outcome } = performed(commandOf(of({ ...progress, done: 1 }, result)));
  const { next, ...told } = await outcome;
  t.deepEqual(told, {
    exitCode: 0,
    lines: ['sincere: 7'],
    json: { verb: 'loss', embeddings: 'a', interrupted: false, value: 7 },
  });
  t.deepEqual(await next(), ['', 'next:', '  do it again', "    sincere loss 'a b'"]);
});

test('a result that says that something is wrong exits with 1', async (t) => {
  const { outcome } = performed(commandOf(of({ ...result, result: -1 })));
  const { exitCode, next } = await outcome;
  t.is(exitCode, 1);
  t.deepEqual(await next(), []);
});

test('notes of every verb are said, with options as flags', async (t) => {
  const notes = [
    ['going on with `engine: cpu`; `loss` is a folder here', ['engine']],
    ['give `normalize: true`', ['normalize']],
  ] as const;
  const { outcome, sink } = performed(commandOf(of(result), notes));
  await outcome;
  t.is(sink.text(), 'going on with `--engine cpu`; `loss` is a folder here\ngive `--normalize`\n');
});

test('a signal ends what cannot be continued, with 130 and how far it was', async (t) => {
  const { outcome, signals } = performed(commandOf(concat(of({ ...progress, done: 1 }), NEVER)));
  setImmediate(() => signals.emit('SIGINT', 'SIGINT'));
  const { next, ...told } = await outcome;
  t.deepEqual(told, {
    exitCode: 130,
    lines: ['stopped after 1'],
    json: { verb: 'loss', embeddings: 'a', interrupted: true },
  });
  t.deepEqual(await next(), []);
});

test('a run without a result was stopped', async (t) => {
  t.is((await performed(commandOf(EMPTY)).outcome).exitCode, 130);
});

test('what a run fails with reaches who called', async (t) => {
  const error = new PipelineError('ERR_READ', 'gone');
  await t.throwsAsync(performed(commandOf(throwError(() => error))).outcome, { is: error });
});
