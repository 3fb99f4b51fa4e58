import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { project } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const run = promisify(execFile);
const root = fileURLToPath(project);

test('the packed tarball installs elsewhere and runs: help, a tiny training, the library', async (t) => {
  t.timeout(600_000);
  const folder = await temporaryFolder(t);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  // What `prepack` prints stands before the JSON.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
    { filename: string; files: { path: string }[] },
  ];
  const paths = packed.files.map((file) => file.path);
  t.true(paths.includes('dist/pipeline/sincere.cjs'));
  t.true(paths.includes('dist/operators/threads/worker-bootstrap.mjs'));
  t.deepEqual(
    paths.filter((name) => /^(test|\.ci|runs)\//.test(name) || /(?<!\.d)\.ts$/.test(name)),
    [],
  );

  await fs.writeFile(path.join(folder, 'package.json'), '{"private": true, "type": "module"}');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.filename], {
    cwd: folder,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  const bin = path.join(folder, 'node_modules', '.bin', 'sincere');
  const help = await run(bin, ['--help'], { cwd: folder });
  t.regex(help.stdout, /sincere train photos/);

  const tiny = '--image-size 8 --batch-size 8 --steps 2 --threads 1 --json';
  const data = 'synthetic:shapes?classes=2&count=12&size=16';
  const trained = await run(bin, ['train', data, '--out', 'run', ...tiny.split(' ')], {
    cwd: folder,
  });
  t.like(JSON.parse(trained.stdout), { verb: 'train', steps: 2, interrupted: false });

  await fs.writeFile(
    path.join(folder, 'library.mjs'),
    `import { train } from 'sincere';
     import { withDemand } from 'sincere/operators';
     import { openDataset } from 'sincere/datasets';
     import { openEmbeddings } from 'sincere/outputs';
     const data = await openDataset('synthetic:shapes?classes=2&count=4');
     console.log(typeof train, typeof withDemand, data.count, typeof openEmbeddings);`,
  );
  const library = await run(process.execPath, ['library.mjs'], { cwd: folder });
  t.is(library.stdout.trim(), 'function function 4 function');
});

test('npm of any version installs the project without a download of CUDA', async (t) => {
  // The script of onnxruntime-node fails where it cannot download. npm 10 goes by the lock, later ones by `allowScripts` too.
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await fs.readFile(new URL(name, project), 'utf8')) as unknown;
  const { packages } = (await read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
  };
  const { allowScripts } = (await read('package.json')) as {
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  for (const name of ['onnxruntime-node', 'core-js']) {
    t.is(packages[`node_modules/${name}`]?.hasInstallScript, undefined, 'delete it from the lock');
    t.false(allowScripts[name]);
  }
});
