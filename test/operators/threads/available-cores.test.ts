import test from 'ava';
import os from 'node:os';
import { availableCores } from '../../../operators/threads/available-cores.ts';
import { system } from '../../helpers/fake-system.ts';

test('is what the scheduler grants where nothing else is known', async (t) => {
  await system({}, (root) => t.is(availableCores({ root, processors: 6 }), 6));
});

test('is at least 1, and no more than this machine has', (t) => {
  const cores = availableCores();
  t.true(Number.isInteger(cores) && cores >= 1 && cores <= os.availableParallelism());
});

test('respects the quota of a control group and of those above it', async (t) => {
  const files = {
    'proc/self/cgroup': '0::/outer/inner\n',
    'sys/fs/cgroup/cpu.max': 'max 100000\n',
    'sys/fs/cgroup/outer/cpu.max': '350000 100000\n',
    'sys/fs/cgroup/outer/inner/cpu.max': '500000 100000\n',
  };
  await system(files, (root) => t.is(availableCores({ root, processors: 16 }), 3));
});

test('respects the quota of version 1, and gives half a core one thread', async (t) => {
  const files = {
    'proc/self/cgroup': '5:memory:/pod\n4:cpu,cpuacct:/pod\n',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us': '50000\n',
    'sys/fs/cgroup/cpu/pod/cpu.cfs_period_us': '100000\n',
  };
  await system(files, (root) => t.is(availableCores({ root, processors: 16 }), 1));
});

test('counts two hyper-threads of a core as one', async (t) => {
  const folder = 'sys/devices/system/cpu';
  const files = Object.fromEntries(
    [0, 1, 2, 3].map((cpu) => [
      `${folder}/cpu${cpu}/topology/thread_siblings_list`,
      cpu % 2 === 0 ? '0,2\n' : '1,3\n',
    ]),
  );
  await system(files, (root) => t.is(availableCores({ root, processors: 4 }), 2));
});
