import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { project } from '../helpers/project.ts';

const run = promisify(execFile);
const root = fileURLToPath(project);

/** An empty project with the packed tarball in it, made once for all tests. */
let folder = '';
let paths: readonly string[] = [];

/** Nothing answers there: the download of a CUDA provider cannot be reached. */
const unreachable = { GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9' };

test.before(async (t) => {
  t.timeout(600_000);
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  const pack = ['pack', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: root });
  // What `prepack` prints stands before the JSON.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
    { filename: string; files: { path: string }[] },
  ];
  paths = packed.files.map((file) => file.path);
  await fs.writeFile(path.join(folder, 'package.json'), '{"private": true, "type": "module"}');
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.filename];
  await run('npm', install, { cwd: folder, env: { ...process.env, ...unreachable } });
  // Types of Node are of this repository; everything else is of that project.
  await fs.mkdir(path.join(folder, 'node_modules', '@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    const target = path.join(folder, 'node_modules', name);
    await fs.cp(path.join(root, 'node_modules', name), target, { recursive: true });
  }
});

test.after.always(() => fs.rm(folder, { recursive: true, force: true }));

const sincere = async (...args: readonly string[]): Promise<string> => {
  const bin = path.join(folder, 'node_modules', '.bin', 'sincere');
  return (await run(bin, args, { cwd: folder })).stdout;
};

/** Compiles modules in the project with every check of TypeScript, those of declarations included. */
async function compile(modules: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(modules)) {
    await fs.writeFile(path.join(folder, name), text);
  }
  const options = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    skipLibCheck: false,
    types: ['node'],
  };
  const config = { compilerOptions: options, files: Object.keys(modules) };
  await fs.writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: folder });
}

test('the tarball holds what runs, and neither tests nor sources', (t) => {
  t.true(paths.includes('dist/pipeline/sincere.cjs'));
  t.true(paths.includes('dist/operators/threads/worker-bootstrap.mjs'));
  const others = paths.filter((name) => /^(test|runs)\//.test(name) || /(?<!\.d)\.ts$/.test(name));
  t.deepEqual(others, []);
  t.deepEqual(
    paths.filter((name) => name.startsWith('.ci/')),
    ['.ci/optional-cuda.cjs'],
  );
});

test('it installs where the CUDA provider cannot be downloaded, and the command runs', async (t) => {
  t.regex(await sincere('--help'), / train photos --split train/);
  const tiny = '--image-size 8 --batch-size 8 --steps 2 --threads 1 --json';
  const data = 'synthetic:shapes?classes=2&count=12&size=16';
  const trained = await sincere('train', data, '--out', 'run', ...tiny.split(' '));
  t.like(JSON.parse(trained), { verb: 'train', steps: 2, interrupted: false });
});

test('a program with types trains, and the example of the README compiles', async (t) => {
  t.timeout(300_000);
  const page = await fs.readFile(new URL('README.md', project), 'utf8');
  const [, example = ''] = /^```ts\n(.*?)^```$/msu.exec(page) ?? [];
  t.true(example.includes('await train('));
  await compile({
    'program.ts': `
      import { train, embed, evaluate } from 'sincere-embeddings';
      import { openEngine, withDemand } from 'sincere-embeddings/operators';
      import { openDataset } from 'sincere-embeddings/datasets';
      import { openEmbeddings } from 'sincere-embeddings/outputs';
      import { mapInTurn } from 'sincere-embeddings/flow';
      const data = await openDataset('synthetic:shapes?classes=2&count=4');
      const { steps } = await train({ data: 'synthetic:shapes', out: 'typed', steps: 2 });
      const all = [embed, evaluate, openEngine, withDemand, openEmbeddings, mapInTurn];
      console.log(steps, data.count, all.every((one) => typeof one === 'function'));
    `,
    'example.ts': example,
  });
  const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder });
  t.is(stdout.trim(), '2 4 true');
});

test('the losses and the flow load no native code, and a bundler for browsers takes the losses', async (t) => {
  const program = `
    import { createRequire } from 'node:module';
    const { sincereLoss } = await import('sincere-embeddings/loss');
    const { withDemand } = await import('sincere-embeddings/flow');
    const native = process.report.getReport().sharedObjects.filter((name) => name.endsWith('.node'));
    const required = Object.keys(createRequire(import.meta.url).cache);
    const heavy = /node_modules\\/(?:sharp|onnxruntime-node|@tensorflow\\/tfjs-node)/;
    console.log(typeof sincereLoss, typeof withDemand, native.length, required.filter((name) => heavy.test(name)).length);
  `;
  await fs.writeFile(path.join(folder, 'light.mjs'), program);
  const { stdout } = await run(process.execPath, ['light.mjs'], { cwd: folder });
  t.is(stdout.trim(), 'function function 0 0');

  const page = `import { sincereLoss } from 'sincere-embeddings/loss'; globalThis.loss = sincereLoss;`;
  await fs.writeFile(path.join(folder, 'page.mjs'), page);
  const bundler = path.join(root, 'node_modules', '.bin', 'esbuild');
  const options = ['--bundle', '--platform=browser', '--format=esm', '--log-level=warning'];
  const words = ['page.mjs', ...options, '--outfile=page.js'];
  const { stderr } = await run(bundler, words, { cwd: folder });
  t.notRegex(stderr, /error/iu);
  const bundle = await fs.readFile(path.join(folder, 'page.js'), 'utf8');
  t.notRegex(bundle, /createRequire|node:module/u);
});

test('npm of any version installs the project without a download of CUDA', async (t) => {
  // Scripts that download fail where they cannot. npm 10 goes by the lock, later ones by `allowScripts` too.
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await fs.readFile(new URL(name, project), 'utf8')) as unknown;
  const { packages } = (await read('package-lock.json')) as {
    readonly packages: Readonly<
      Record<string, { readonly hasInstallScript?: boolean; readonly gypfile?: boolean }>
    >;
  };
  const { allowScripts } = (await read('package.json')) as {
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  const native = '@tensorflow/tfjs-node-gpu';
  for (const name of ['onnxruntime-node', 'core-js', native]) {
    t.is(packages[`node_modules/${name}`]?.hasInstallScript, undefined, 'delete it from the lock');
    t.false(allowScripts[name]);
  }
  // Of a package with a `binding.gyp` and no script npm makes one, unless it is told that there is none.
  t.false(packages[`node_modules/${native}`]?.gypfile, 'write it into the lock');
});
