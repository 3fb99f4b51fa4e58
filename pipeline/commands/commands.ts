import type { Command } from '../command-line/command.ts';
import { benchVerb } from '../options/bench-options.ts';
import { compareVerb } from '../options/compare-options.ts';
import { convertVerb } from '../options/convert-options.ts';
import { demoVerb } from '../options/demo-options.ts';
import { doctorVerb } from '../options/doctor-options.ts';
import { driftVerb } from '../options/drift-options.ts';
import { duplicatesVerb } from '../options/duplicates-options.ts';
import { embedVerb } from '../options/embed-options.ts';
import { evaluateVerb } from '../options/evaluate-options.ts';
import { finalizeVerb } from '../options/finalize-options.ts';
import { inspectVerb } from '../options/inspect-options.ts';
import { lossVerb } from '../options/loss-options.ts';
import { neighboursVerb } from '../options/neighbours-options.ts';
import { prepareVerb } from '../options/prepare-options.ts';
import { reportVerb } from '../options/report-options.ts';
import { selectVerb } from '../options/select-options.ts';
import { setupVerb } from '../options/setup-options.ts';
import { suspectsVerb } from '../options/suspects-options.ts';
import { theoryVerb } from '../options/theory-options.ts';
import { trainVerb } from '../options/train-options.ts';
import { transferVerb } from '../options/transfer-options.ts';
import type { Verb } from '../options/verb.ts';

/** A command whose code is loaded when it is called: help and mistakes are answered at once. */
export interface LazyCommand {
  readonly verb: Verb<never>;
  readonly load: () => Promise<Command<never, never, never>>;
}

/** Every verb of the command line, in the order of help. */
export const commands: readonly LazyCommand[] = [
  lazy(trainVerb, async () => (await import('./train-command.ts')).trainCommand),
  lazy(prepareVerb, async () => (await import('./prepare-command.ts')).prepareCommand),
  lazy(embedVerb, async () => (await import('./embed-command.ts')).embedCommand),
  lazy(finalizeVerb, async () => (await import('./finalize-command.ts')).finalizeCommand),
  lazy(evaluateVerb, async () => (await import('./evaluate-command.ts')).evaluateCommand),
  lazy(compareVerb, async () => (await import('./compare-command.ts')).compareCommand),
  lazy(transferVerb, async () => (await import('./transfer-command.ts')).transferCommand),
  lazy(lossVerb, async () => (await import('./loss-command.ts')).lossCommand),
  lazy(neighboursVerb, async () => (await import('./neighbours-command.ts')).neighboursCommand),
  lazy(duplicatesVerb, async () => (await import('./duplicates-command.ts')).duplicatesCommand),
  lazy(suspectsVerb, async () => (await import('./suspects-command.ts')).suspectsCommand),
  lazy(selectVerb, async () => (await import('./select-command.ts')).selectCommand),
  lazy(driftVerb, async () => (await import('./drift-command.ts')).driftCommand),
  lazy(theoryVerb, async () => (await import('./theory-command.ts')).theoryCommand),
  lazy(convertVerb, async () => (await import('./convert-command.ts')).convertCommand),
  lazy(inspectVerb, async () => (await import('./inspect-command.ts')).inspectCommand),
  lazy(reportVerb, async () => (await import('./report-command.ts')).reportCommand),
  lazy(demoVerb, async () => (await import('./demo-command.ts')).demoCommand),
  lazy(benchVerb, async () => (await import('./bench-command.ts')).benchCommand),
  lazy(setupVerb, async () => (await import('./setup-command.ts')).setupCommand),
  lazy(doctorVerb, async () => (await import('./doctor-command.ts')).doctorCommand),
];

function lazy<O, R, S>(verb: Verb<O>, load: () => Promise<Command<O, R, S>>): LazyCommand {
  // Options, result and progress of a command belong together; nothing mixes them with those of another.
  return { verb, load } as unknown as LazyCommand;
}
