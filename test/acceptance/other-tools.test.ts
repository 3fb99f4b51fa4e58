import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { suspects } from '../../pipeline/suspects.ts';
import { demoFiles } from '../helpers/demo-files.ts';
import { pageBlocks } from '../helpers/page-blocks.ts';
import { hasPython, python } from '../helpers/python.ts';

/** A block of the recipes, its paths those of `folder`. */
async function recipe(heading: string, folder: string): Promise<string> {
  const blocks = await pageBlocks('outputs/RECIPES.md');
  const found = blocks.filter((one) => one.heading === heading && one.language === 'python');
  if (found.length !== 1) throw new Error(`Expected one block under ${heading}`);
  return found[0]!.code.replaceAll('runs/demo', folder);
}

/** What a recipe leaves in its variables, or what the program said last when it failed. */
async function answers(
  t: ExecutionContext,
  code: string,
  { names, folder }: { readonly names: readonly string[]; readonly folder: string },
): Promise<Readonly<Record<string, unknown>> | string> {
  const print = `import json\nprint(json.dumps({name: globals()[name] for name in ${JSON.stringify(names)}}))`;
  const env = {
    ...process.env,
    FIFTYONE_DATABASE_DIR: path.join(folder, 'fiftyone'),
    FIFTYONE_CONFIG_PATH: path.join(folder, 'fiftyone.json'),
    FIFTYONE_DO_NOT_TRACK: 'true',
  };
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', `${code}\n${print}`], { env });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const { stderr = String(error) } = error as { stderr?: string };
    t.log(stderr.slice(-2000));
    return stderr;
  }
}

/** Training images of the class `circle` by their similarity to the first one. */
async function circles(folder: string) {
  const reader = await openEmbeddings(path.join(folder, 'sincere', 'train'));
  const found: { id: string; similarity: number }[] = [];
  let query: Float32Array | undefined;
  for await (const { ids, labels, projection } of reader.blocks()) {
    const size = reader.sizes.projection!;
    query ??= projection!.slice(0, size);
    for (const [row, id] of ids.entries()) {
      if (reader.classes[labels[row]!] !== 'circle') continue;
      const vector = projection!.subarray(row * size, (row + 1) * size);
      found.push({ id, similarity: vector.reduce((sum, x, at) => sum + x * query![at]!, 0) });
    }
  }
  return found.sort((one, other) => other.similarity - one.similarity);
}

test('Lance takes an export as it is, and finds the neighbours that its vectors have', async (t) => {
  if (!(await hasPython(t, 'lance', 'pyarrow'))) return;
  const folder = await demoFiles(t);
  const code = await recipe('Lance', folder);
  const found = await answers(t, code, { names: ['nearest'], folder });
  if (typeof found === 'string') {
    t.fail(found.slice(-500));
    return;
  }
  const nearest = found['nearest'] as readonly { id: string; similarity: number }[];
  const expected = (await circles(folder)).slice(0, 4);
  t.deepEqual(
    nearest.map(({ id }) => id),
    expected.map(({ id }) => id),
  );
  for (const [at, { similarity }] of nearest.entries()) {
    t.true(Math.abs(similarity - expected[at]!.similarity) < 1e-5);
  }
});

test('FiftyOne has the images with their classes, the suspects as tags and the vectors', async (t) => {
  if (!(await hasPython(t, 'pyarrow'))) return;
  const folder = await demoFiles(t);
  const at = (name: string): string => path.join(folder, 'sincere', name);
  const { found: judged } = await suspects({ set: at('train'), out: at('suspects'), threads: 1 });
  const code = await recipe('FiftyOne', folder);
  const found = await answers(t, code, { names: ['labels', 'tagged'], folder });
  if (typeof found === 'string') {
    const why =
      /No module named '\w+'|cannot import name[^\n]+|MongoDB could not be installed[^\n.]*|ServiceListenTimeout[^\n]*/u.exec(
        found,
      );
    if (why === null) t.fail(found.slice(-500));
    else {
      t.log(`FiftyOne not asked: ${why[0]}`);
      t.pass();
    }
    return;
  }
  t.deepEqual(found['labels'], { circle: 14, cross: 12, square: 12, star: 10 });
  t.is(
    found['tagged'],
    judged.suspect.reduce((sum, value) => sum + value, 0),
  );
});
