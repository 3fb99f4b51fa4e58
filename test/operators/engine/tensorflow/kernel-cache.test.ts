import test from 'ava';
import path from 'node:path';
import {
  firstUseNotice,
  kernelCacheBytes,
  kernelCacheFolder,
} from '../../../../operators/engine/tensorflow/kernel-cache.ts';
import { unsetVariables } from '../../../../operators/engine/tensorflow/tensorflow-environment.ts';
import { folderWith } from '../../../helpers/folder-with.ts';

const driverOf = (...capabilities: readonly string[]): Parameters<typeof firstUseNotice>[0] => ({
  version: '580.65.06',
  hasDevices: true,
  complaint: null,
  cards: capabilities.map((capability) => ({
    name: `card ${capability}`,
    capability,
    memory: null,
  })),
});

test('a first use that compiles is announced with the card and with where it is kept', async (t) => {
  const folder = path.join(await folderWith(t, []), 'not', 'there');
  const notice = firstUseNotice(driverOf('8.6', '12.0'), folder) ?? '';
  t.regex(notice, /card 12\.0 \(compute capability 12\.0\)/u);
  t.true(notice.endsWith(`keeps them in ${folder}`));
});

test('nothing is announced where machine code is there, or what was compiled', async (t) => {
  const empty = await folderWith(t, []);
  t.is(firstUseNotice(driverOf('6.1', '8.9'), empty), undefined);
  t.is(firstUseNotice(driverOf('9.0'), await folderWith(t, ['index'])), undefined);
});

test('the cache is where the variable says, or in the home of the user', (t) => {
  t.is(kernelCacheFolder({ CUDA_CACHE_PATH: '/kept' }), '/kept');
  t.true(kernelCacheFolder({}).endsWith(path.join('.nv', 'ComputeCache')));
});

test('the environment lets the cache grow, and leaves what is set', (t) => {
  t.is(unsetVariables({})['CUDA_CACHE_MAXSIZE'], String(kernelCacheBytes));
  const variables = unsetVariables({ CUDA_CACHE_MAXSIZE: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'false' });
  t.false('CUDA_CACHE_MAXSIZE' in variables || 'TF_FORCE_GPU_ALLOW_GROWTH' in variables);
  t.true('CUDA_MODULE_LOADING' in variables);
});
