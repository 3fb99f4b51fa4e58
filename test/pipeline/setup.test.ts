import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { TensorflowFailure } from '../../operators/engine/tensorflow/tensorflow-failure.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { writeError } from '../../operators/files/write-error.ts';
import { seededRandom } from '../../operators/random.ts';
import type { SetupOptions } from '../../pipeline/options/setup-options.ts';
import { setup } from '../../pipeline/setup.ts';
import { checkMachine } from '../../pipeline/setup-tensorflow/check-machine.ts';
import { diskError } from '../../pipeline/setup-tensorflow/disk-space.ts';
import { wheelsOf } from '../../pipeline/setup-tensorflow/pinned-wheels.ts';
import { recordPath } from '../../pipeline/setup-tensorflow/setup-record.ts';
import type { SetupTools } from '../../pipeline/setup-tensorflow/setup-context.ts';
import type { SetupResult } from '../../pipeline/setup-tensorflow/setup-result.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import {
  type FakeProject,
  fakePinned,
  fakeProject,
  script,
  writePackage,
} from '../helpers/fake-setup.ts';
import {
  fakeContents,
  type FakeMember,
  type FakeWheel,
  wheelBytes,
  writeWheel,
} from '../helpers/fake-wheel.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

interface Case extends FakeProject {
  readonly wheel: string;
  readonly run: (
    options?: Partial<SetupOptions>,
    tools?: Partial<SetupTools>,
  ) => Promise<SetupResult>;
}

async function newCase(t: ExecutionContext, wheel?: FakeWheel): Promise<Case> {
  const folder = await temporaryFolder(t);
  const project = await fakeProject(path.join(folder, 'project'));
  const file = await writeWheel(path.join(folder, 'given.whl'), wheel);
  const run: Case['run'] = async (options = { wheel: [file] }, tools = {}) =>
    await setup({ engine: 'tensorflow', cpu: true, ...options }, { ...project.tools, ...tools });
  return { ...project, wheel: file, run };
}

/** Content of every file below a folder, by its path. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async ({ parentPath, name }) => {
    const file = path.join(parentPath, name);
    return [path.relative(folder, file), await fs.readFile(file, 'utf8')] as const;
  });
  return Object.fromEntries((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const addon = 'lib/napi-v8/tfjs_binding.node';

async function checkSetUp(t: ExecutionContext, { packageFolder }: FakeProject): Promise<void> {
  const {
    [addon]: built,
    'deps/sincere-setup.json': record,
    ...files
  } = await filesIn(packageFolder);
  t.is(built, 'addon\n');
  t.like(JSON.parse(record!), { format: 'sincere-tensorflow', variant: 'cpu' });
  for (const [name, content] of Object.entries(fakeContents)) {
    t.is(files[`deps/${name}`], content);
    delete files[`deps/${name}`];
  }
  t.deepEqual(Object.keys(files), ['dist/index.js', 'package.json']);
}

async function refused(
  t: ExecutionContext,
  work: () => PromiseLike<unknown>,
): Promise<PipelineError> {
  const error = await t.throwsAsync(async () => await work());
  if (error instanceof PipelineError) return error;
  throw error ?? new Error('It was not refused');
}

test('puts libraries, headers and the addon where the package looks, verified before they are there', async (t) => {
  const made = await newCase(t);
  const probed: string[] = [];
  const result = await made.run(undefined, {
    async probe(options) {
      probed.push(path.basename(options.from!));
      t.deepEqual(Object.keys(await filesIn(path.join(options.from!, 'lib'))), [
        'napi-v8/tfjs_binding.node',
      ]);
      return await made.tools.probe(options);
    },
  });
  t.like(result, { state: 'set up', variant: 'cpu', tensorflow: '2.21.0', device: 'cpu' });
  t.deepEqual(probed, ['.sincere-staging']);
  await checkSetUp(t, made);
  t.deepEqual((await fs.readdir(path.join(made.folder, 'node_modules'))).sort(), ['@tensorflow']);
});

test('what is there and works stays; what does not work any more is made anew', async (t) => {
  const made = await newCase(t);
  await made.run();
  t.is((await made.run()).state, 'already set up');
  t.is((await made.run({ dryRun: true })).state, 'already set up');
  const library = path.join(made.packageFolder, 'deps', 'lib', 'libtensorflow_cc.so.2');
  await fs.truncate(library, 7);
  t.is((await made.run()).state, 'set up');
  await checkSetUp(t, made);
  let calls = 0;
  const broken: SetupTools['probe'] = async (options) => {
    calls += 1;
    if (calls === 1) throw new TensorflowFailure('libraries', 'it lost something');
    return await made.tools.probe(options);
  };
  const again = setup(
    { engine: 'tensorflow', cpu: true, wheel: [made.wheel] },
    { ...made.tools, probe: broken },
  );
  t.regex((await notesOf(again)).join('\n'), /made anew: it lost something/);
  await checkSetUp(t, made);
});

test('a dry run says every command and writes nothing; removing leaves what npm installed', async (t) => {
  const made = await newCase(t);
  const before = await filesIn(made.folder);
  const planned = await made.run({ dryRun: true });
  t.is(planned.state, 'planned');
  t.regex(
    planned.steps.join('\n'),
    /download .* python3 -m pip download .* tensorflow-cpu==2\.21\.0\n[^]*c\+\+ .*-o /,
  );
  t.deepEqual(await filesIn(made.folder), before);
  await made.run();
  t.is((await made.run({ cpu: false, remove: true })).state, 'removed');
  t.is((await made.run({ cpu: false, remove: true })).state, 'not set up');
  t.deepEqual(await filesIn(made.folder), before);
});

const change =
  (name: string, changed: Partial<FakeMember>) =>
  (member: FakeMember): FakeMember =>
    member.name === name ? { ...member, ...changed } : member;
const library = 'tensorflow/libtensorflow_cc.so.2';

const refusedWheels: Readonly<Record<string, readonly [FakeWheel, RegExp]>> = {
  'with `..` in a name': [
    { more: [{ name: 'tensorflow/../../up' }] },
    /`tensorflow\/\.\.\/\.\.\/up` reaches outside/,
  ],
  'with an absolute name': [
    { more: [{ name: '/etc/cron.d/x' }] },
    /`\/etc\/cron\.d\/x` is absolute/,
  ],
  'with a name of Windows': [{ more: [{ name: 'a\\..\\b' }] }, /has no name that a file can have/],
  'with a link': [{ more: [{ name: 'link', mode: 0o120777 }] }, /`link` is a link/],
  'with a name twice': [{ more: [{ name: library }] }, /is there twice/],
  'that is encrypted': [{ changed: change(library, { flags: 1 }) }, /is encrypted/],
  'compressed otherwise': [{ changed: change(library, { method: 12 }) }, /by method `12`/],
  'with a wrong CRC-32': [{ changed: change(library, { crc: 1 }) }, /length or CRC-32/],
  'with other bytes than its record': [
    { changed: change(library, { content: 'other' }) },
    /libtensorflow_cc\.so\.2` is not what its record says/,
  ],
  'of another package': [
    { project: 'numpy' },
    /is the wheel of `numpy` `2\.21\.0`; `wheel` takes `tensorflow-cpu==2\.21\.0`/,
  ],
  'of another version': [{ version: '2.20.0' }, /is version `2\.20\.0`/],
  'for another processor': [
    { tag: 'cp311-cp311-manylinux_2_27_aarch64' },
    /for `manylinux_2_27_aarch64`/,
  ],
  'for musl': [{ tag: 'cp311-cp311-musllinux_1_2_x86_64' }, /for `musllinux_1_2_x86_64`/],
  'for macOS': [{ tag: 'cp311-cp311-macosx_12_0_arm64' }, /for `macosx_12_0_arm64`/],
  'that lacks a library': [
    { changed: change(library, { name: 'tensorflow/other' }) },
    /lacks what goes to `deps\/lib/,
  ],
};

for (const [what, [wheel, message]] of Object.entries(refusedWheels)) {
  test(`a wheel ${what} is refused by name, with nothing left behind`, async (t) => {
    const made = await newCase(t, wheel);
    const before = await filesIn(made.folder);
    const error = await refused(t, () => made.run());
    t.is(error.code, 'ERR_FORMAT');
    t.regex(error.message, message);
    t.true(error.message.includes(made.wheel));
    t.deepEqual(await filesIn(made.folder), before);
  });
}

test('a wheel that is cut anywhere is refused by name, with nothing left behind', async (t) => {
  const made = await newCase(t);
  const before = await filesIn(made.folder);
  const whole = wheelBytes();
  for (const share of [0, 0.001, 0.3, 0.6, 0.97, 0.999]) {
    await fs.writeFile(made.wheel, whole.subarray(0, Math.floor(share * whole.length)));
    const error = await refused(t, () => made.run());
    t.regex(error.message, /given\.whl` is (?:damaged: it ends before its list|an empty file)/);
    t.deepEqual(await filesIn(made.folder), before);
  }
  await fs.writeFile(made.wheel, '<!doctype html><p>Sign in');
  t.regex((await refused(t, () => made.run())).message, /given\.whl` is an HTML page/);
});

test('a wheel with sizes in 64 bits is read, and a folder gives what it has of those that are needed', async (t) => {
  const made = await newCase(t);
  const folder = path.join(made.folder, 'wheels');
  await fs.mkdir(folder);
  await writeWheel(path.join(folder, 'tensorflow_cpu-2.21.0-any.whl'), { isLong: true });
  await writeWheel(path.join(folder, 'numpy-2.whl'), { project: 'numpy' });
  await made.run({ wheel: [folder] });
  await checkSetUp(t, made);
  const empty = path.join(made.folder, 'node');
  t.regex(
    (await refused(t, () => made.run({ wheel: [empty] }))).message,
    /holds no wheel that is needed/,
  );
});

test('what is not given is downloaded by pip into the cache, once, and a cut file is never taken', async (t) => {
  const made = await newCase(t);
  await writeWheel(path.join(made.bin, 'index', 'a.whl'));
  const fetched = async (): Promise<number> =>
    (await fs.readFile(path.join(made.bin, 'fetched'), 'utf8')).trim().split('\n').length;
  await made.run({});
  await made.run({ cpu: false, remove: true });
  await made.run({});
  t.is(await fetched(), 1);
  await checkSetUp(t, made);
  const wheels = path.join(made.cache, 'sincere', 'wheels');
  const [name = '', ...more] = await fs.readdir(wheels);
  t.deepEqual(more, []);
  const whole = await fs.readFile(path.join(wheels, name));
  await fs.writeFile(path.join(wheels, name), whole.fill(0, 100, 200));
  await made.run({ cpu: false, remove: true });
  await made.run({});
  t.is(await fetched(), 2);
});

test('a download that fails, and one of another file, say what pip did and leave nothing', async (t) => {
  const made = await newCase(t);
  const before = await filesIn(made.folder);
  const failed = await refused(t, () => made.run({}));
  t.regex(failed.message, /`tensorflow-cpu==2\.21\.0`:\n {2}ERROR: no such wheel\n[^]*`wheel`/);
  t.deepEqual(await fs.readdir(path.join(made.cache, 'sincere', 'wheels')), []);
  await writeWheel(path.join(made.bin, 'index', 'a.whl'), { version: '2.20.0' });
  t.regex((await refused(t, () => made.run({}))).message, /downloaded another file .*SHA-256/);
  t.deepEqual(await fs.readdir(path.join(made.cache, 'sincere', 'wheels')), []);
  t.true(Object.keys(await filesIn(made.folder)).length <= Object.keys(before).length + 2);
});

test('what the system lacks is told with the way to get it, before anything is written', async (t) => {
  const made = await newCase(t);
  const before = await filesIn(made.folder);
  const env = (more: NodeJS.ProcessEnv): Partial<SetupTools> => ({
    env: { ...made.tools.env, ...more },
  });
  const compiler = await refused(t, () =>
    made.run(undefined, env({ CXX: 'no-such-compiler -m64' })),
  );
  t.regex(
    compiler.message,
    /no C\+\+ compiler that runs \(looked for `no-such-compiler -m64`\).*g\+\+/,
  );
  await fs.rm(path.join(made.bin, 'python3'));
  const pip = await refused(t, () => made.run({}, env({ PATH: made.bin })));
  t.regex(pip.message, /no pip here to download `tensorflow-cpu==2\.21\.0`.*python3-pip.*`wheel`/);
  const large: SetupTools['wheelsOf'] = () => [
    { ...fakePinned('tensorflow-cpu'), unpackedBytes: 9e17 },
  ];
  const disk = await refused(t, () => made.run(undefined, { wheelsOf: large }));
  t.is(disk.code, 'ERR_WRITE');
  t.regex(disk.message, /has \S+ [GT]B free, and \S+ TB are needed/);
  const { ['bin/python3']: gone, ...rest } = before;
  t.truthy(gone);
  t.deepEqual(await filesIn(made.folder), rest);
});

test('a folder that may not be written, and a disk that gets full, are told with their own way out', (t) => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code });
  const told = (error: unknown): string => messageOf(diskError('there', error));
  t.regex(told(writeError('there', failed('EACCES'))), /as the user who installed the package/);
  t.regex(told(failed('ENOSPC')), /run it again: what was downloaded is kept/);
  t.is(told(failed('EIO')), 'EIO');
});

test('an addon that does not compile, or does not work, leaves what was there before', async (t) => {
  const made = await newCase(t);
  await made.run();
  const before = await filesIn(made.folder);
  const cuda: SetupTools['wheelsOf'] = () => [fakePinned('tensorflow')];
  const other = await writeWheel(path.join(made.folder, '..', 'cuda.whl'), {
    project: 'tensorflow',
  });
  const asked = { cpu: false, cuda: true, wheel: [other] };
  const failing: SetupTools['probe'] = async () => {
    throw new TensorflowFailure('crashed', 'it ended with `SIGILL`');
  };
  const broken = await refused(t, () => made.run(asked, { wheelsOf: cuda, probe: failing }));
  t.regex(
    broken.message,
    /does not work here: it ended with `SIGILL`\. Nothing was put in its place/,
  );
  await script(
    made.bin,
    'cxx',
    '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "no such header" >&2; exit 3\n',
  );
  const env = { ...made.tools.env, CXX: path.join(made.bin, 'cxx') };
  const compiled = await refused(t, () => made.run(asked, { wheelsOf: cuda, env }));
  t.regex(compiled.message, /ended with `3`:\n {2}no such header\n[^]*`CXX`/);
  await fs.rm(path.join(made.bin, 'cxx'));
  t.deepEqual(await filesIn(made.folder), before);
});

test('a package that npm left out is installed without its script', async (t) => {
  const made = await newCase(t);
  await fs.rm(made.packageFolder, { recursive: true });
  const fails = await refused(t, () =>
    made.run(undefined, { env: { ...made.tools.env, PATH: made.bin } }),
  );
  t.regex(
    fails.message,
    /`npm install --no-save --ignore-scripts .*` in `.*` did not install .*: there is no npm here/,
  );
  const ready = path.join(made.folder, 'ready');
  await writePackage(ready);
  await script(
    made.bin,
    'npm',
    `#!/bin/sh\necho "$*" > '${made.bin}/npm-called'\ncp -r '${ready}' '${made.packageFolder}'\n`,
  );
  t.is((await made.run()).state, 'set up');
  await checkSetUp(t, made);
  const called = await fs.readFile(path.join(made.bin, 'npm-called'), 'utf8');
  t.regex(called, /^install --no-save --ignore-scripts .*@tensorflow\/tfjs-node-gpu@4\.22\.0$/mu);
});

test('in a folder of another package manager its own command is told', async (t) => {
  const made = await newCase(t);
  await fs.rm(made.packageFolder, { recursive: true });
  await fs.writeFile(path.join(made.folder, 'node_modules', '.modules.yaml'), '');
  t.regex(
    (await refused(t, () => made.run())).message,
    /`pnpm add --ignore-scripts @tensorflow\/tfjs-node-gpu@4\.22\.0`/,
  );
});

test('two setups of one folder keep each other out', async (t) => {
  const made = await newCase(t);
  const second = await new Promise<PipelineError>((resolve, reject) => {
    const probe: SetupTools['probe'] = async (options) => {
      resolve(await refused(t, () => made.run()));
      return await made.tools.probe(options);
    };
    made.run(undefined, { probe }).catch(reject);
  });
  t.is(second.code, 'ERR_LOCKED');
  t.notRegex(second.message, /another folder/u);
});

test('another variant takes the place of the one before, and the wheels that are given choose', async (t) => {
  const made = await newCase(t);
  await made.run();
  const file = await writeWheel(path.join(made.folder, 'cuda.whl'), { project: 'tensorflow' });
  const run = setup({ engine: 'tensorflow', cuda: true, wheel: [file] }, made.tools);
  t.deepEqual(await notesOf(run), ['Replaces TensorFlow for `cpu` by that for `cuda`.']);
  t.is((await made.run({ cpu: false })).variant, 'cuda');
  const chosen = setup({ engine: 'tensorflow', wheel: [made.wheel] }, made.tools);
  t.regex(
    (await notesOf(chosen)).join('\n'),
    /`cpu: true`, because the wheel that was given is that for the processor/,
  );
  await checkSetUp(t, made);
});

test('the addon is compiled of the package’s sources and its own', async (t) => {
  const made = await newCase(t);
  const { steps } = await made.run({ wheel: [made.wheel], dryRun: true });
  const compile = steps.find((step) => step.startsWith('compile')) ?? '';
  t.regex(compile, /tfjs_binding\.cc .*keep-freed-memory\.cc .*log-level\.cc /);
});

test('TensorFlow for CUDA in the place of that for the processor is told as what it is', async (t) => {
  const made = await newCase(t);
  const file = await writeWheel(path.join(made.folder, 'cuda.whl'), { project: 'tensorflow' });
  const planned = await made.run({ wheel: [file], dryRun: true });
  t.regex(planned.steps.join('\n'), /^take tensorflow 2\.21\.0 /m);
  const { variant, wheels } = await made.run({ wheel: [file] });
  t.is(variant, 'cpu');
  t.deepEqual(
    wheels.map(({ project }) => project),
    ['tensorflow'],
  );
});

test('what the cache holds is told, and nothing of an empty one', async (t) => {
  const made = await newCase(t);
  t.is((await made.run()).cacheBytes, 0);
  const index = path.join(made.bin, 'index', 'tensorflow_cpu-2.21.0-cp311-cp311-x.whl');
  await fs.copyFile(made.wheel, index);
  await made.run({ remove: true, cpu: false, wheel: null });
  const { cacheBytes } = await made.run({ wheel: null });
  t.is(cacheBytes, (await fs.stat(made.wheel)).size);
});

test('systems without wheels are refused by name, with the way out', (t) => {
  const system = { platform: 'linux', arch: 'x64', glibc: '2.36' };
  t.is(checkMachine(system, 'cuda'), 'x64');
  t.is(checkMachine({ ...system, arch: 'arm64' }, 'cpu'), 'arm64');
  const message = (facts: object, variant: 'cpu' | 'cuda' = 'cpu'): string =>
    t.throws(() => checkMachine({ ...system, ...facts }, variant)).message;
  t.regex(message({ platform: 'darwin' }), /`darwin` has no wheel.*`engine: onnx`/);
  t.regex(message({ platform: 'win32' }), /`win32`.*WSL 2/);
  t.regex(message({ glibc: undefined }), /musl on Alpine.*Debian/);
  t.regex(message({ glibc: '2.17' }), /glibc is `2\.17`.*2\.27 or later/);
  t.regex(message({ arch: 'riscv64' }), /no wheel of TensorFlow for `riscv64`/);
  t.regex(message({ arch: 'arm64' }, 'cuda'), /processor only: leave out `cuda: true`/);
});

test('wheels of a variant are pinned, and TensorFlow comes first', (t) => {
  t.is(wheelsOf('cpu', 'x64')[0]?.project, 'tensorflow-cpu');
  const [first, ...nvidia] = wheelsOf('cuda', 'x64');
  t.is(first?.project, 'tensorflow');
  t.is(nvidia.length, 12);
  for (const { project, sha256, license } of nvidia) {
    t.regex(project, /^nvidia-[a-z]+(?:-[a-z]+)?-cu12$/);
    t.regex(sha256, /^[\da-f]{64}$/);
    t.not(license, 'Apache-2.0');
  }
});

test('on the command line the engine is named, and variants exclude each other', async (t) => {
  const both = await runCommandLine(['setup', 'tensorflow', '--cpu', '--cuda']);
  t.is(both.exitCode, 2);
  t.regex(both.stderr, /Expected `--cuda` to be absent when `--cpu` is given/);
  t.regex((await runCommandLine(['setup', 'onnx'])).stderr, /Expected `ENGINE` to be `tensorflow`/);
});

test('killed at any time and run again, it ends right', async (t) => {
  const made = await newCase(t);
  const module = new URL('../fixtures/set-up-again.ts', import.meta.url);
  const random = seededRandom('kills of a setup');
  for (let kill = 0; kill < 4; kill += 1) {
    await fs.rm(made.folder, { recursive: true });
    const child = spawn(process.execPath, [...programArguments(module), made.folder, made.wheel]);
    await once(child.stdout, 'data');
    await sleep(150 * random.uniform());
    child.kill('SIGKILL');
    await once(child, 'close');
    await made.run();
    await checkSetUp(t, made);
  }
});

test('a record that cannot be read is told, and made anew', async (t) => {
  const one = await newCase(t);
  const file = recordPath(one.packageFolder);
  await fs.mkdir(path.dirname(file));
  for (const [text, why] of [
    ['{"format": ', /^Cannot read .*sincere-setup\.json`: /u],
    ['{"format": "sincere-tensorflow", "version": 2}', /is not a record as this version/u],
  ] as const) {
    await fs.writeFile(file, text);
    const options = { engine: 'tensorflow', cpu: true, wheel: [one.wheel] } as const;
    const [first = ''] = await notesOf(setup(options, one.tools));
    t.regex(first, why);
    await checkSetUp(t, one);
  }
});
