import test from 'ava';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { EngineCandidate } from '../../operators/engine/interface/engine-candidate.ts';
import { openCpuEngine } from '../../operators/engine/cpu-engine.ts';
import { checkEngines, checkTensorflow, doctor, doctorChecks } from '../../pipeline/doctor.ts';
import { recordPath } from '../../pipeline/setup-tensorflow/setup-record.ts';
import { packageVersion } from '../../pipeline/setup-tensorflow/tensorflow-home.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('what throws is broken, and does not keep the others from being tried', async (t) => {
  const checks = await doctor(
    { out: '.' },
    {
      first: async () => {
        throw new Error('not there');
      },
      second: async () => ({ verdict: 'note', detail: 'fine' }),
    },
  );
  t.deepEqual(checks, [
    { name: 'first', verdict: 'broken', detail: 'not there' },
    { name: 'second', verdict: 'note', detail: 'fine' },
  ]);
});

test('a folder that is not there yet is tried above', async (t) => {
  const folder = await temporaryFolder(t);
  const out = path.join(folder, 'not', 'yet', 'there');
  const [check] = await doctor({ out }, { writing: doctorChecks['writing']! });
  t.is(check?.verdict, 'ok');
  t.true(check?.detail.startsWith(`${folder} can be written`));
  t.deepEqual(await fs.readdir(folder), []);
});

test('a folder that cannot be written to is broken', async (t) => {
  if (process.platform !== 'linux') {
    t.log('not tried: needs a file system that refuses to write');
    t.pass();
    return;
  }
  // Nobody can make folders in there, not even root.
  const [check] = await doctor({ out: '/proc/self/out' }, { writing: doctorChecks['writing']! });
  t.is(check?.verdict, 'broken');
});

const works: EngineCandidate = {
  title: 'a card',
  engine: 'onnx',
  assess: async () => ({ usable: true, device: 'CUDA, made up', open: openCpuEngine }),
};
const fails: EngineCandidate = {
  title: 'another card',
  engine: 'onnx',
  assess: async () => ({ usable: false, broken: true, reason: 'no driver. Install one' }),
};

test('says of each engine whether it is taken, usable, or why not', async (t) => {
  const candidates = [fails, works, { ...works, title: 'the processor' }];
  t.deepEqual(await checkEngines(candidates), [
    { name: 'another card', verdict: 'note', detail: 'no driver. Install one' },
    { name: 'a card', verdict: 'ok', detail: 'taken by `auto`: CUDA, made up' },
    { name: 'the processor', verdict: 'ok', detail: 'usable: CUDA, made up' },
    { name: 'cpu', verdict: 'ok', detail: 'usable by name only: the slow reference' },
  ]);
});

test('no engine at all is broken', async (t) => {
  const checks = await doctor({ out: '.' }, { engines: () => checkEngines([fails]) });
  t.deepEqual(
    checks.map(({ name, verdict }) => [name, verdict]),
    [
      ['another card', 'note'],
      ['auto', 'broken'],
    ],
  );
});

test('the engines of this program are all told, and one is taken', async (t) => {
  const checks = await doctor({ out: '.' }, { engines: doctorChecks['engines']! });
  t.deepEqual(
    checks.map(({ name }) => name),
    ['tensorflow on CUDA', 'onnx on cuda', 'onnx on webgpu', 'onnx on the processor', 'cpu'],
  );
  t.is(checks.filter(({ detail }) => detail.startsWith('taken by `auto`: ')).length, 1);
});

test('what was set up of TensorFlow is tried where no engine tries it, and named by what it is for', async (t) => {
  const folder = await temporaryFolder(t);
  const home = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  await fs.mkdir(path.join(home, 'deps'), { recursive: true });
  await fs.writeFile(path.join(home, 'package.json'), JSON.stringify({ version: packageVersion }));
  const tried: unknown[] = [];
  const probe = async (options: unknown) => {
    tried.push(options);
    return { version: packageVersion, library: '2.21.0', usesGpu: false, loader };
  };
  const loader = { builtForCuda: true, lacksCuda: false, complaints: [] };
  const check = (isTried: boolean) => checkTensorflow(folder, { probe, isTried });

  const absent = await check(false);
  t.is(absent.verdict, 'note');
  t.regex(absent.detail, /not set up, and not needed; run `sincere setup tensorflow --cpu`/u);
  const record = {
    format: 'sincere-tensorflow',
    version: 1,
    producer: 'sincere',
    variant: 'cuda',
    tensorflow: '2.21.0',
    package: packageVersion,
    node: 'v20',
    platform: 'linux-x64',
    compiler: 'c++',
    wheels: [],
    files: {},
  };
  await fs.writeFile(recordPath(home), JSON.stringify(record));
  t.regex(
    (await check(false)).detail,
    /^2\.21\.0 for CUDA: its libraries load and equal the reference \(cpu, TensorFlow 2\.21\.0 of/u,
  );
  t.deepEqual(tried, [{ from: home }]);
  t.deepEqual(await check(true), { verdict: 'ok', detail: '2.21.0 for CUDA is set up' });
  t.is(tried.length, 1);

  await fs.writeFile(recordPath(home), '{"format": ');
  const damaged = await check(false);
  t.is(damaged.verdict, 'note');
  t.true(damaged.detail.includes(recordPath(home)));
  t.regex(damaged.detail, /Run `sincere setup tensorflow`, which makes it anew$/u);
});
