import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { project } from './helpers/project.ts';

const root = fileURLToPath(project);

/**
 * The rooms of the house, lowest first, and those below that each may look into. Type-only imports count; its own files
 * always may. The files at the top of `operators/` are the vocabulary, except its face.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  operators: [],
  'operators/tensor': ['operators'],
  'operators/threads': ['operators'],
  'operators/files': ['operators'],
  'operators/arrow': ['operators/files', 'operators'],
  'operators/flow': ['operators'],
  'operators/batches': ['operators'],
  'operators/alarms': ['operators'],
  'operators/onnx': ['operators/tensor', 'operators'],
  'operators/tensorflow': ['operators/onnx', 'operators/tensor', 'operators'],
  'operators/image': ['operators/threads', 'operators'],
  'operators/loading': ['operators/image', 'operators/flow', 'operators/threads', 'operators'],
  'operators/loss': ['operators/tensor', 'operators'],
  'operators/model': ['operators/tensor', 'operators'],
  'operators/step': ['operators/loss', 'operators/model', 'operators/tensor', 'operators'],
  'operators/engine': [
    'operators/step',
    'operators/loss',
    'operators/model',
    'operators/tensorflow',
    'operators/onnx',
    'operators/tensor',
    'operators/threads',
    'operators',
  ],
  'operators/stages': [
    'operators/engine',
    'operators/step',
    'operators/loading',
    'operators/image',
    'operators/batches',
    'operators/flow',
    'operators',
  ],
  'operators/evaluation': ['operators/onnx', 'operators/threads', 'operators'],
  'operators/curation': ['operators/evaluation', 'operators/threads', 'operators'],
  'operators/layout': ['operators/evaluation', 'operators'],
  'operators/theory': ['operators/loss', 'operators/tensor', 'operators'],
  'datasets/http': ['operators/files', 'operators'],
  'datasets/s3': ['datasets/http', 'operators/files', 'operators'],
  'datasets/store': [
    'datasets/s3',
    'datasets/http',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/cache': ['datasets/store', 'operators/files', 'operators/flow', 'operators'],
  'datasets/records': [
    'datasets/cache',
    'datasets/store',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/manifest': [
    'datasets/tables',
    'datasets/records',
    'datasets/cache',
    'datasets/store',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/raw-files': [
    'datasets/records',
    'datasets/cache',
    'datasets/store',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/subsets': ['datasets/records', 'operators'],
  'datasets/folder': [
    'datasets/prepared',
    'datasets/records',
    'datasets/cache',
    'datasets/store',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/prepared': ['datasets/records', 'datasets/store', 'operators/files', 'operators'],
  'datasets/tables': [
    'datasets/records',
    'datasets/cache',
    'datasets/store',
    'operators/arrow',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/tar': [
    'datasets/records',
    'datasets/cache',
    'datasets/store',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/vectors': [
    'datasets/records',
    'datasets/tables',
    'datasets/manifest',
    'datasets/store',
    'operators/evaluation',
    'operators/arrow',
    'operators/files',
    'operators/flow',
    'operators',
  ],
  'datasets/synthetic': ['datasets/records', 'operators/flow', 'operators'],
  datasets: ['datasets/*', 'operators/files', 'operators/flow', 'operators'],
  'outputs/files': ['operators/files', 'operators'],
  'outputs/arrow': ['outputs/files', 'operators/arrow', 'operators/files', 'operators'],
  'outputs/tables': ['outputs/arrow', 'outputs/files', 'operators/*'],
  'outputs/tensorboard': ['operators/files', 'operators'],
  'outputs/page': ['outputs/files', 'operators/files', 'operators'],
  'outputs/charts': ['outputs/page'],
  'outputs/sheet': [
    'outputs/page',
    'outputs/files',
    'operators/files',
    'operators/image',
    'operators',
  ],
  'outputs/thumbnails': ['outputs/page', 'operators/image', 'operators'],
  'outputs/map': [
    'outputs/page',
    'outputs/embeddings',
    'operators/layout',
    'operators/evaluation',
    'operators/files',
    'operators',
  ],
  'outputs/model': ['outputs/files', 'operators/*'],
  'outputs/exports': ['outputs/tables', 'outputs/arrow', 'outputs/files', 'operators/*'],
  'outputs/embeddings': [
    'outputs/exports',
    'outputs/tables',
    'outputs/arrow',
    'outputs/files',
    'operators/*',
  ],
  'outputs/run': [
    'outputs/model',
    'outputs/tensorboard',
    'outputs/tables',
    'outputs/arrow',
    'outputs/files',
    'operators/*',
  ],
  'outputs/prepared': [
    'outputs/exports',
    'outputs/tables',
    'outputs/arrow',
    'outputs/files',
    'operators/*',
  ],
  'outputs/convert': [
    'outputs/map',
    'outputs/thumbnails',
    'outputs/tensorboard',
    'outputs/run',
    'outputs/embeddings',
    'outputs/exports',
    'outputs/arrow',
    'outputs/files',
    'operators/evaluation',
    'operators/image',
    'operators/arrow',
    'operators/files',
    'operators',
  ],
  'outputs/inspect': [
    'outputs/report',
    'outputs/convert',
    'outputs/run',
    'outputs/model',
    'outputs/embeddings',
    'outputs/prepared',
    'outputs/exports',
    'outputs/arrow',
    'outputs/files',
    'operators/files',
    'operators/onnx',
    'operators',
  ],
  'outputs/report': [
    'outputs/thumbnails',
    'outputs/charts',
    'outputs/map',
    'outputs/page',
    'outputs/run',
    'outputs/embeddings',
    'outputs/exports',
    'outputs/tables',
    'outputs/arrow',
    'outputs/files',
    'operators/*',
  ],
  'outputs/live': [
    'outputs/report',
    'outputs/run',
    'outputs/page',
    'outputs/arrow',
    'operators/files',
    'operators',
  ],
  'pipeline/options': ['outputs/*', 'operators/*'],
  'pipeline/parts': ['pipeline/options', 'datasets', 'datasets/*', 'outputs/*', 'operators/*'],
  'pipeline/next': ['pipeline/parts', 'pipeline/options', 'datasets/*', 'outputs/*', 'operators/*'],
  'pipeline/command-line': [
    'pipeline/next',
    'pipeline/parts',
    'pipeline/options',
    'outputs/*',
    'operators/*',
  ],
  'pipeline/setup-tensorflow': ['pipeline/parts', 'pipeline/options', 'outputs/*', 'operators/*'],
  'pipeline/bench-loader': ['pipeline/parts', 'pipeline/options', 'outputs/*', 'operators/*'],
  pipeline: [
    'pipeline/setup-tensorflow',
    'pipeline/bench-loader',
    'pipeline/parts',
    'pipeline/options',
    'datasets',
    'datasets/*',
    'outputs/*',
    'operators/*',
  ],
  'pipeline/commands': [
    'pipeline',
    'pipeline/setup-tensorflow',
    'pipeline/bench-loader',
    'pipeline/parts',
    'pipeline/command-line',
    'pipeline/next',
    'pipeline/options',
    'outputs/*',
    'operators/*',
  ],
};

/** What is entered from outside: these may look into every room, and no room looks at them. */
const doors = new Set([
  'operators/index.ts',
  'operators/flow.ts',
  'operators/loss.ts',
  'datasets/index.ts',
  'outputs/index.ts',
  'pipeline/index.ts',
  'pipeline/cli.ts',
]);

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Every import between files of ours: static, type-only, dynamic, and modules that a thread or a child is given. */
async function arrows(): Promise<readonly Arrow[]> {
  const tops = ['operators', 'datasets', 'outputs', 'pipeline'];
  const found = await Promise.all(
    tops.map((top) => readdir(path.join(root, top), { recursive: true })),
  );
  const files = found.flatMap((names, at) =>
    names.filter((name) => name.endsWith('.ts')).map((name) => path.posix.join(tops[at]!, name)),
  );
  const of = await Promise.all(files.map(async (from) => await arrowsOf(from)));
  return of.flat();
}

async function arrowsOf(from: string): Promise<readonly Arrow[]> {
  const text = await readFile(path.join(root, from), 'utf8');
  // Examples in comments are no imports.
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '');
  const specifiers = code.matchAll(
    /(?:\bfrom|\bimport|\bimport\()\s*'(?<local>\.[^']+)'|new URL\('(?<module>[\w./-]+\.ts)'/gu,
  );
  return Array.from(specifiers, ({ groups }) => {
    const to = path.posix.join(path.posix.dirname(from), (groups!['local'] ?? groups!['module'])!);
    if (!existsSync(path.join(root, to))) throw new Error(`\`${from}\` imports no file: \`${to}\``);
    return { from, to };
  });
}

function roomOf(file: string): string {
  const [top = '', room] = path.posix.dirname(file).split('/');
  return room === undefined ? top : `${top}/${room}`;
}

function isAllowed({ from, to }: Arrow): boolean {
  if (doors.has(from)) return true;
  const [room, other] = [roomOf(from), roomOf(to)];
  if (doors.has(to)) return false;
  const [top = ''] = other.split('/');
  const below = rooms[room] ?? [];
  return room === other || below.includes(other) || below.includes(`${top}/*`);
}

/** A way from a node back to itself, or undefined. */
function circle(edges: readonly Arrow[]): readonly string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    way.push(node);
    for (const other of next.get(node) ?? []) {
      const found = visit(other);
      if (found !== undefined) return found;
    }
    way.pop();
    done.add(node);
    return undefined;
  };
  for (const node of next.keys()) {
    const found = visit(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

const all = await arrows();

test('every arrow between rooms goes down', (t) => {
  t.true(all.length > 1000);
  t.deepEqual(
    all.filter((arrow) => !isAllowed(arrow)).map(({ from, to }) => `${from} → ${to}`),
    [],
  );
});

test('every room stands in the plan, and every room of the plan stands', (t) => {
  const standing = new Set(all.flatMap(({ from, to }) => [from, to]).map(roomOf));
  // `outputs/` has nothing at its top but its face.
  standing.delete('outputs');
  t.deepEqual([...standing].sort(), Object.keys(rooms).sort());
});

test('no rooms, no folders inside them and no files stand in a circle', (t) => {
  const between = (placeOf: (file: string) => string): readonly Arrow[] =>
    all
      .filter(({ from }) => !doors.has(from))
      .map(({ from, to }) => ({ from: placeOf(from), to: placeOf(to) }))
      .filter(({ from, to }) => from !== to);
  t.is(circle(between(roomOf)), undefined);
  t.is(circle(between((file) => path.posix.dirname(file))), undefined);
  t.is(circle(all), undefined);
});

test('no test enters by a face but the one that looks at the faces', async (t) => {
  const names = await readdir(path.join(root, 'test'), { recursive: true });
  const entering: string[] = [];
  for (const name of names) {
    // Benchmarks measure the built package, whose types are those of its faces.
    if (!name.endsWith('.ts') || name.startsWith('bench')) continue;
    const text = await readFile(path.join(root, 'test', name), 'utf8');
    if (/\bfrom '(?:\.\.\/)+\w+\/index\.ts'/u.test(text)) entering.push(name);
  }
  t.deepEqual(entering, [path.join('contract', 'operators.test.ts')]);
});
