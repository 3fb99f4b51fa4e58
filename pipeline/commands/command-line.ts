import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { messageOf } from '../../operators/errors.ts';
import { PRODUCER } from '../../outputs/files/producer.ts';
import type { CommandOf } from '../command-line/outcome.ts';
import type { SignalSource } from '../command-line/interrupts.ts';
import {
  compareVerb,
  convertVerb,
  demoVerb,
  doctorVerb,
  embedVerb,
  evaluateVerb,
  finalizeVerb,
  inspectVerb,
  lossVerb,
  theoryVerb,
  trainVerb,
  transferVerb,
} from '../options/shared-options.ts';
import { statusLine, type TextSink } from '../command-line/status-line.ts';
import { UsageError } from '../options/usage-error.ts';
import { addVerb } from '../command-line/verb-command.ts';
import type { Verb } from '../options/verb.ts';

/** What a command line is connected to: the process. */
export interface Terminal extends SignalSource {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a command line ended: done, failed, could not be understood, interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

const exitCodes = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (what was saved stays).
Results go to stdout, messages and progress to stderr.`;

const examples = `
Examples:
  sincere demo
  sincere train photos --split train --out runs/a --epochs 20
  sincere embed photos --split train --model runs/a --out runs/a/train
  sincere embed photos --split test --model runs/a --out runs/a/test
  sincere embed photos --split test --model runs/a --out runs/a/large --shard 0/8 --resume
  sincere finalize runs/a/large
  sincere evaluate --train runs/a/train --test runs/a/test --out runs/a/evaluation
  sincere compare runs/a/evaluation runs/b/evaluation
  sincere transfer birds --model runs/a --out runs/a/birds
  sincere loss runs/a/train --temperature 0.1 --gradient runs/a/gradient.arrow
  sincere theory
  sincere convert runs/a/test --to parquet --out runs/a/test.parquet
  sincere inspect runs/a/test
${exitCodes}`;

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
  let exitCode: ExitCode = 0;

  const program = new Command('sincere')
    .description('Train image encoders with the SINCERE loss, export embeddings, measure them.')
    .version(PRODUCER, '-v, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand('help [verb]', 'Show the help of a verb.')
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns || 100,
      getErrHelpWidth: () => stderr.columns || 100,
    });

  const add = <T>(verb: Verb<T>, load: () => Promise<CommandOf<T>>): void => {
    addVerb(program, verb, async (options, flags) => {
      const perform = await load();
      const {
        exitCode: code,
        lines,
        json,
      } = await perform(options, {
        status: statusLine(stderr, { quiet: flags.quiet === true || flags.json === true }),
        signals: terminal,
        env: terminal.env,
        resumeCommand: `sincere ${shellWords([...args.filter(isNotResume), '--resume'])}`,
      });
      exitCode = code;
      stdout.write(flags.json === true ? `${JSON.stringify(json)}\n` : asText(lines));
    });
  };
  add(trainVerb, async () => (await import('./train-command.ts')).trainCommand);
  add(embedVerb, async () => (await import('./embed-command.ts')).embedCommand);
  add(finalizeVerb, async () => (await import('./finalize-command.ts')).finalizeCommand);
  add(evaluateVerb, async () => (await import('./evaluate-command.ts')).evaluateCommand);
  add(compareVerb, async () => (await import('./compare-command.ts')).compareCommand);
  add(transferVerb, async () => (await import('./transfer-command.ts')).transferCommand);
  add(lossVerb, async () => (await import('./loss-command.ts')).lossCommand);
  add(theoryVerb, async () => (await import('./theory-command.ts')).theoryCommand);
  add(convertVerb, async () => (await import('./convert-command.ts')).convertCommand);
  add(inspectVerb, async () => (await import('./inspect-command.ts')).inspectCommand);
  add(demoVerb, async () => (await import('./demo-command.ts')).demoCommand);
  add(doctorVerb, async () => (await import('./doctor-command.ts')).doctorCommand);
  for (const command of program.commands) command.addHelpText('after', exitCodes);

  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const isVerbose = args.includes('--verbose') || Boolean(terminal.env['SINCERE_DEBUG']);
    const message = error instanceof UsageError || !isVerbose ? textOf(error) : inspect(error);
    for (const line of message.split('\n')) stderr.write(`error: ${line}\n`);
    if (error instanceof UsageError) {
      stderr.write(`See \`sincere ${args[0] ?? ''} --help\`.\n`);
    }
    if (isJson) stdout.write(`${JSON.stringify({ error: errorJson(error) })}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function isNotResume(word: string): boolean {
  return word !== '--resume';
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The message, and the first line of that of its cause when it is not told already; `--verbose` has all of it. */
function textOf(error: unknown): string {
  const message = messageOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined || cause === null) return message;
  const [because = ''] = messageOf(cause).split('\n');
  return message.includes(because) ? message : `${message}\nbecause of: ${because}`;
}

function errorJson(error: unknown): Readonly<Record<string, unknown>> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: code ?? null, message: messageOf(error) };
}

/** Words as a shell reads them. */
function shellWords(words: readonly string[]): string {
  return words
    .map((word) =>
      /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}
