import { parseShard, shardText } from '../../outputs/exports/export-shard.ts';
import { UsageError } from '../options/usage-error.ts';
import type { CommandContext } from './command-context.ts';

/** Shard of an export that this process makes, and how that was found out. */
export interface ChosenShard {
  /** Such as `2/8`; null for the whole. */
  readonly shard: string | null;
  /** For the user; undefined when nothing was said about shards. */
  readonly why: string | undefined;
}

/** The options that say which shard is made. */
interface GivenShard {
  readonly shard: string | null;
  readonly shards: number | null;
}

/** Options of an export with the shard that the environment says where they say none; it is told. */
export function withChosenShard<O extends GivenShard>(
  given: O,
  { status, env }: Pick<CommandContext, 'status' | 'env'>,
): O {
  const { shard, why } = chooseShard(given, env);
  if (why !== undefined) status.say(why);
  return { ...given, shard };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Takes the shard from the command line, or from what Kubernetes or SLURM say about this process.
 *
 * | where | i | n |
 * | --- | --- | --- |
 * | command line | `--shard i/n` | |
 * | Indexed Job of Kubernetes | `JOB_COMPLETION_INDEX` | `--shards`, else `JOB_COMPLETIONS` |
 * | array of SLURM, with `--shards n` | `SLURM_ARRAY_TASK_ID` | `--shards` |
 * | array of SLURM | `SLURM_ARRAY_TASK_ID`, counted from `…_MIN` in steps of `…_STEP` | `SLURM_ARRAY_TASK_COUNT` |
 *
 * The first that applies counts. With `--shards`, one task of an array can be run again by its number: SLURM
 * gives another count then. Kubernetes does not tell a process how many there are: `JOB_COMPLETIONS` is for
 * the manifest of the job to set.
 *
 * @throws {UsageError} When an index comes without a number of shards or the other way round, or does not fit.
 */
export function chooseShard(given: GivenShard, env: Environment): ChosenShard {
  if (given.shard !== null) {
    // Its own flag back is no news, unless the surroundings say otherwise.
    const task = numberOf(env, 'JOB_COMPLETION_INDEX') ?? numberOf(env, 'SLURM_ARRAY_TASK_ID');
    const why = task === undefined ? undefined : `Shard ${given.shard}, as \`--shard\` says.`;
    return { shard: given.shard, why };
  }
  return ofKubernetes(given.shards, env) ?? ofSlurm(given.shards, env) ?? ofNobody(given.shards);
}

function ofKubernetes(shards: number | null, env: Environment): ChosenShard | undefined {
  const index = numberOf(env, 'JOB_COMPLETION_INDEX');
  if (index === undefined) return undefined;
  const of = shards ?? numberOf(env, 'JOB_COMPLETIONS');
  if (of === undefined) {
    throw new UsageError(
      'Expected `--shards N` or JOB_COMPLETIONS beside JOB_COMPLETION_INDEX, got neither. ' +
        'With `--shard 0/1` everything is exported by this process.',
    );
  }
  const source = shards === null ? 'JOB_COMPLETIONS' : '`--shards`';
  return chosen(index, of, `JOB_COMPLETION_INDEX=${index} and ${source} say`);
}

function ofSlurm(shards: number | null, env: Environment): ChosenShard | undefined {
  const id = numberOf(env, 'SLURM_ARRAY_TASK_ID');
  if (id === undefined) return undefined;
  if (shards !== null) return chosen(id, shards, `SLURM_ARRAY_TASK_ID=${id} and \`--shards\` say`);
  const of = numberOf(env, 'SLURM_ARRAY_TASK_COUNT');
  if (of === undefined) {
    throw new UsageError(
      'Expected `--shards N` or SLURM_ARRAY_TASK_COUNT beside SLURM_ARRAY_TASK_ID, got neither. ' +
        'With `--shard 0/1` everything is exported by this process.',
    );
  }
  const least = numberOf(env, 'SLURM_ARRAY_TASK_MIN') ?? 0;
  const step = numberOf(env, 'SLURM_ARRAY_TASK_STEP') ?? 1;
  const why = `SLURM_ARRAY_TASK_ID=${id}, counted from ${least}${step === 1 ? '' : ` in steps of ${step}`}, says`;
  return chosen((id - least) / step, of, why);
}

function ofNobody(shards: number | null): ChosenShard {
  if (shards === null) return { shard: null, why: undefined };
  throw new UsageError(
    'Expected `--shards` to come with JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID, got neither. ' +
      'Say `--shard i/n` instead.',
  );
}

function chosen(index: number, of: number, source: string): ChosenShard {
  const shard = shardText({ index, of });
  if (parseShard(shard) === undefined) {
    throw new UsageError(
      `Expected an index from 0 to ${of - 1}, got ${index} of ${of}, as ${source}. ` +
        'Say `--shard i/n` instead.',
    );
  }
  return { shard, why: `Shard ${shard}, as ${source}.` };
}

/** A whole number in the environment; undefined when it is not set or empty. */
function numberOf(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,7}$/u.test(text)) return Number(text);
  throw new UsageError(`Expected ${name} to be a whole number, got \`${text}\``);
}
