import test from 'ava';
import { processorFeatures } from '../../../operators/threads/processor-features.ts';
import { system } from '../../helpers/fake-system.ts';

const none = {
  avx2: false,
  avx512: false,
  vnni: false,
  bf16: false,
  int8Matrices: false,
  bf16Matrices: false,
};

/** `/proc/cpuinfo` of processors with these flags. */
function cpuinfo(label: string, ...flags: readonly string[]): Readonly<Record<string, string>> {
  const processor = (its: string, at: number): string =>
    `processor\t: ${at}\nmodel name\t: made up avx2\n${label}\t\t: ${its}\nvmx flags\t: amx_int8\n\n`;
  return { 'proc/cpuinfo': flags.map(processor).join('') };
}

for (const [what, files, has] of [
  ['none on an old processor', cpuinfo('flags', 'fpu sse2 avx'), {}],
  ['AVX2', cpuinfo('flags', 'fpu avx avx2'), { avx2: true }],
  ['VNNI without AVX-512', cpuinfo('flags', 'avx2 avx_vnni'), { avx2: true, vnni: true }],
  [
    'VNNI and bfloat16 of AVX-512',
    cpuinfo('flags', 'avx2 avx512f avx512_vnni avx512_bf16'),
    { avx2: true, avx512: true, vnni: true, bf16: true },
  ],
  [
    'AMX',
    cpuinfo('flags', 'amx_tile amx_int8 amx_bf16'),
    { int8Matrices: true, bf16Matrices: true },
  ],
  [
    'those of ARM64',
    cpuinfo('Features', 'fp asimd asimddp i8mm bf16'),
    { vnni: true, bf16: true, int8Matrices: true },
  ],
  [
    'what every core has, where they differ',
    cpuinfo('flags', 'avx2 avx512f', 'avx2'),
    { avx2: true },
  ],
  ['none by a part of a word', cpuinfo('flags', 'xavx2 avx512_vnni2 my_bf16'), {}],
] as const) {
  test(`instruction sets of a processor: ${what}`, async (t) => {
    await system(files, (root) => t.deepEqual(processorFeatures(root), { ...none, ...has }));
  });
}

test('instruction sets are unknown, not absent, where the system does not tell them', async (t) => {
  await system({}, (root) => t.is(processorFeatures(root), undefined));
  const foreign = { 'proc/cpuinfo': 'processor\t: 0\nisa\t: rv64imafdc\n' };
  await system(foreign, (root) => t.is(processorFeatures(root), undefined));
});
