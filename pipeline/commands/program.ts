import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { plainLines } from '../../operators/message-words.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { producer } from '../../outputs/files/producer.ts';
import { addVerb, type CommonFlags } from '../command-line/add-verb.ts';
import { asCalled, calledAs, type StartedProcess } from '../command-line/called-as.ts';
import { flagSpelling } from '../command-line/flag-spelling.ts';
import { helpLayout, maxHelpWidth } from '../command-line/help-layout.ts';
import { orStandstill } from '../command-line/or-standstill.ts';
import type { SignalSource } from '../command-line/interrupts.ts';
import { type StatusLine, statusLine, type TextSink } from '../command-line/status-line.ts';
import { shellWords } from '../next/shell-words.ts';
import { spelled } from '../options/spelling.ts';
import { UsageError } from '../options/usage-error.ts';
import { commands, type LazyCommand } from './commands.ts';

/** Terminal of a command line, that of the process. */
export interface Terminal extends SignalSource, StartedProcess {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/** Exit code of a command line: done, failed, could not be understood, interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

const exitCodes = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (what was saved stays).
Results go to stdout, messages and progress to stderr.`;

const examples = [
  'demo',
  'train photos --split train --out runs/a --epochs 20',
  'prepare photos --split train --out photos-prepared/train',
  'embed photos --split train --model runs/a --out runs/a/train',
  'embed photos --split test --model runs/a --out runs/a/test',
  'evaluate --train runs/a/train --test runs/a/test --out runs/a/eval',
  'compare runs/a/eval runs/b/eval',
  'transfer birds --model runs/a --out runs/a/birds',
  'embed photos --model runs/a --out runs/a/all --shard 0/8 --resume',
  'finalize runs/a/all',
  'loss runs/a/train --gradient runs/a/gradient.arrow',
  'theory',
  'convert runs/a/test --to parquet --out runs/a/test.parquet',
  'inspect runs/a/test',
  'bench loader photos --split train --image-size 224 --batch-size 64',
  'setup tensorflow --cpu',
  'doctor',
];

/**
 * Runs one command line.
 *
 * Only what the options need is loaded before a verb is known: help and mistakes are answered at once.
 *
 * @param args Without the program's name.
 */
export async function commandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
  const isJson = args.includes('--json');
  const called = calledAs(terminal);
  let exitCode: ExitCode = 0;

  const program = new Command('sincere')
    .description('Train image encoders with the SINCERE loss, export embeddings, measure them.')
    .version(producer, '-v, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand('help [verb]', 'Show the help of a verb.')
    .addHelpText('after', examplesText(called))
    .configureHelp(helpLayout)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => Math.min(stdout.columns || maxHelpWidth, maxHelpWidth),
      getErrHelpWidth: () => Math.min(stderr.columns || maxHelpWidth, maxHelpWidth),
    });

  for (const { verb, load } of commands) {
    addVerb(program, verb, async (options, flags) => {
      const { status, json } = { status: statusOf(stderr, flags), json: flags.json === true };
      const resumeCommand = `${called} ${shellWords([...args.filter(isNotResume), '--resume'])}`;
      const context = {
        status,
        signals: terminal,
        env: terminal.env,
        calledAs: called,
        resumeCommand,
      };
      const { perform } = await import('../command-line/perform.ts');
      const outcome = await perform(await load(), options, context);
      exitCode = outcome.exitCode;
      if (json) {
        stdout.write(`${JSON.stringify(outcome.json)}\n`);
        return;
      }
      const next = flags.quiet === true ? [] : await outcome.next();
      stdout.write(asText([...outcome.lines, ...next]));
    });
  }
  for (const command of program.commands) command.addHelpText('after', exitCodes);

  try {
    await orStandstill(() => program.parseAsync([...args], { from: 'user' }));
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isVerbose = args.includes('--verbose') || Boolean(terminal.env['SINCERE_DEBUG']);
    const isUsage = error instanceof UsageError;
    const verb = commands.find((command) => command.verb.name === args[0])?.verb;
    const spell = (text: string): string => asCalled(inFlags(text, error, verb), called);
    const message = isUsage || !isVerbose ? spell(textOf(error)) : inspect(error);
    for (const line of plainLines(message).split('\n')) stderr.write(`error: ${line}\n`);
    if (isUsage) stderr.write(`See \`${called} ${args[0] ?? ''} --help\`.\n`);
    if (isJson) stdout.write(`${JSON.stringify({ error: errorJson(error, spell) })}\n`);
    return isUsage ? 2 : 1;
  }
}

function examplesText(called: string): string {
  return ['', 'Examples:', ...examples.map((words) => `  ${called} ${words}`), exitCodes].join(
    '\n',
  );
}

function statusOf(stderr: TextSink, { quiet, json }: CommonFlags): StatusLine {
  return statusLine(stderr, { quiet: quiet === true || json === true, brief: quiet === true });
}

/** A message with the options that its error names as the command line writes them. */
function inFlags(text: string, error: unknown, verb: LazyCommand['verb'] | undefined): string {
  if (verb === undefined || !(error instanceof UsageError || error instanceof PipelineError)) {
    return text;
  }
  return spelled(text, error.options, flagSpelling(verb));
}

function isNotResume(word: string): boolean {
  return word !== '--resume';
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${plainLines(line)}\n`).join('');
}

/** The message, and the first line of that of its cause when it is not told already; `--verbose` has all of it. */
function textOf(error: unknown): string {
  const message = messageOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  // What the system said is told in words by then.
  const isToldInWords =
    error instanceof PipelineError && cause instanceof Error && 'syscall' in cause;
  if (cause === undefined || cause === null || isToldInWords) return message;
  const [because = ''] = messageOf(cause).split('\n');
  return message.includes(because) ? message : `${message}\nbecause of: ${because}`;
}

function errorJson(
  error: unknown,
  spell: (text: string) => string,
): Readonly<Record<string, unknown>> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: code ?? null, message: spell(messageOf(error)) };
}
