import test from 'ava';
import { chooseShard } from '../../../pipeline/command-line/choose-shard.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';

type Given = Partial<Parameters<typeof chooseShard>[0]>;
type Environment = Parameters<typeof chooseShard>[1];

const chosen = test.macro({
  title: (_, given: Given, env: Environment) => `${JSON.stringify(given)} ${JSON.stringify(env)}`,
  exec(t, given: Given, env: Environment, shard: string | null, why: string | undefined) {
    t.deepEqual(chooseShard({ shard: null, shards: null, ...given }, env), { shard, why });
  },
});

test(chosen, {}, {}, null, undefined);
test(chosen, {}, { JOB_COMPLETION_INDEX: '' }, null, undefined);
test(chosen, { shard: '1/3' }, {}, '1/3', undefined);
test(
  chosen,
  { shard: '1/3' },
  { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '8' },
  '1/3',
  'Shard 1/3, as `--shard` says.',
);
test(
  chosen,
  { shards: 8 },
  { JOB_COMPLETION_INDEX: '2' },
  '2/8',
  'Shard 2/8, as JOB_COMPLETION_INDEX=2 and `--shards` say.',
);
test(
  chosen,
  {},
  { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '8' },
  '0/8',
  'Shard 0/8, as JOB_COMPLETION_INDEX=0 and JOB_COMPLETIONS say.',
);
test(
  chosen,
  {},
  { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '8' },
  '4/8',
  'Shard 4/8, as SLURM_ARRAY_TASK_ID=5, counted from 1, says.',
);
test(
  chosen,
  {},
  {
    SLURM_ARRAY_TASK_ID: '14',
    SLURM_ARRAY_TASK_MIN: '2',
    SLURM_ARRAY_TASK_STEP: '4',
    SLURM_ARRAY_TASK_COUNT: '4',
  },
  '3/4',
  'Shard 3/4, as SLURM_ARRAY_TASK_ID=14, counted from 2 in steps of 4, says.',
);
// One task of an array, run again: SLURM says that it is the only one.
test(
  chosen,
  { shards: 8 },
  { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '1' },
  '5/8',
  'Shard 5/8, as SLURM_ARRAY_TASK_ID=5 and `--shards` say.',
);

const refused = test.macro({
  title: (_, given: Given, env: Environment) =>
    `refuses ${JSON.stringify(given)} ${JSON.stringify(env)}`,
  exec(t, given: Given, env: Environment, message: RegExp) {
    const options = { shard: null, shards: null, ...given };
    t.throws(() => chooseShard(options, env), { instanceOf: UsageError, message });
  },
});

test(refused, { shards: 8 }, {}, /`--shards` to come with JOB_COMPLETION_INDEX or SLURM/);
test(refused, {}, { JOB_COMPLETION_INDEX: '1' }, /`--shards N` or JOB_COMPLETIONS beside/);
test(refused, {}, { SLURM_ARRAY_TASK_ID: '1' }, /`--shards N` or SLURM_ARRAY_TASK_COUNT/);
test(refused, { shards: 4 }, { JOB_COMPLETION_INDEX: '4' }, /from 0 to 3, got 4 of 4/);
test(refused, {}, { JOB_COMPLETION_INDEX: 'x' }, /JOB_COMPLETION_INDEX to be a whole number/);
// A list such as `--array=1,5,7` is no range.
test(
  refused,
  {},
  { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' },
  /from 0 to 2, got 6 of 3/,
);
