import test from 'ava';
import os from 'node:os';
import { availableMemory } from '../../../operators/threads/available-memory.ts';
import { system } from '../../helpers/fake-system.ts';

const meminfo = 'MemTotal:       2000 kB\nMemFree:         100 kB\nMemAvailable:    900 kB\n';

test('is what the system calls free where nothing else is known', async (t) => {
  await system({}, (root) => t.is(availableMemory({ root, free: 123 }), 123));
});

test('counts the caches that the system would give up', async (t) => {
  const files = { 'proc/meminfo': meminfo };
  await system(files, (root) => t.is(availableMemory({ root, free: 1 }), 900 * 1024));
});

test('this machine has some', (t) => {
  const bytes = availableMemory();
  t.true(bytes > 0 && bytes <= os.totalmem());
});

test('is no more than the control groups leave, their file caches counted as free', async (t) => {
  const files = {
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '0::/outer/inner\n',
    'sys/fs/cgroup/outer/memory.max': '500000\n',
    'sys/fs/cgroup/outer/memory.current': '300000\n',
    'sys/fs/cgroup/outer/memory.stat': 'active_file 7\ninactive_file 50000\n',
    'sys/fs/cgroup/outer/inner/memory.max': 'max\n',
    'sys/fs/cgroup/outer/inner/memory.current': '300000\n',
  };
  await system(files, (root) => t.is(availableMemory({ root }), 250_000));
});

test('reads groups of version 1, and is never below 0', async (t) => {
  const files = {
    'proc/meminfo': meminfo,
    'proc/self/cgroup': '4:memory:/box\n2:cpu:/box\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/memory.usage_in_bytes': '1000\n',
    'sys/fs/cgroup/memory/box/memory.limit_in_bytes': '1000\n',
    'sys/fs/cgroup/memory/box/memory.usage_in_bytes': '2000\n',
  };
  await system(files, (root) => t.is(availableMemory({ root }), 0));
});
