import { readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  docblockOf,
  exportsOf,
  type ExportedName,
  faces,
  root,
  sourceOf,
} from '../helpers/faces.ts';
import { typeErrors } from '../helpers/type-errors.ts';

/** A face with all that it exports. */
interface Face {
  /** What it is imported by. */
  readonly specifier: string;
  readonly names: readonly ExportedName[];
}

/** A value that a face exports: a function, or a class. */
interface Documented {
  readonly face: Face;
  readonly name: string;
  readonly file: string;
  readonly docblock: string;
}

const all: readonly Face[] = await Promise.all(
  Object.entries(faces).map(async ([specifier, file]) => ({
    specifier,
    names: await exportsOf(file),
  })),
);

/** Every value once, at the first face that has it. */
async function documented(): Promise<readonly Documented[]> {
  const values = new Map<string, Documented>();
  for (const face of all) {
    for (const value of face.names.filter(({ isType }) => !isType)) {
      const { name, file } = value;
      const key = `${file} ${name}`;
      if (values.has(key)) continue;
      values.set(key, { face, name, file, docblock: (await docblockOf(value)) ?? '' });
    }
  }
  return [...values.values()];
}

const values = await documented();

/** Code of the examples of a docblock. */
function examplesOf(docblock: string): readonly string[] {
  return Array.from(docblock.matchAll(/^@example\n```ts\n(.*?)^```$/gmsu), ([, code]) => code!);
}

/** An example as a module: names of its own face need no import in it. */
function moduleOf(code: string, { specifier, names }: Face): string {
  const imports = code.match(/^import .*?;$/gmsu)?.join('\n') ?? '';
  const missing = names
    .map(({ name }) => name)
    .filter((name) => mentions(code, name) && !mentions(imports, name));
  // On the first line, so that the lines of the example stay one below its own.
  return `import { ${missing.join(', ')} } from '${specifier}';\n${code}`;
}

function mentions(code: string, name: string): boolean {
  return new RegExp(String.raw`(?<![.\w])${name}\b`, 'u').test(code);
}

/** Code of the pages that imports the package, by page. */
async function pages(): Promise<readonly (readonly [page: string, code: string])[]> {
  const folders = ['operators', 'datasets', 'outputs', 'pipeline'];
  const found = await Promise.all(
    folders.map((folder) => readdir(path.join(root, folder), { recursive: true })),
  );
  const files = found.flatMap((names, at) => names.map((name) => `${folders[at]}/${name}`));
  const markdown = ['README.md', ...files.filter((name) => name.endsWith('.md'))];
  const blocks = await Promise.all(
    markdown.map(async (page) =>
      Array.from((await sourceOf(page)).matchAll(/^```ts\n(.*?)^```$/gmsu), ([, code]) => {
        return [page, code!] as const;
      }),
    ),
  );
  return blocks.flat().filter(([, code]) => code.includes("from 'sincere-embeddings"));
}

test('every function of a face has an example as the last tag of its docblock', (t) => {
  const last = /^@example\n```ts\n(?:(?!^@)[^])*^```$(?![^])/mu;
  t.true(values.length > 80);
  t.deepEqual(
    values
      .filter(({ docblock }) => !last.test(docblock))
      .map(({ name, file }) => `${file}: ${name}`),
    [],
  );
});

test('an example has at most eight lines of code, and fits into an editor', (t) => {
  for (const { name, file, docblock } of values) {
    for (const code of examplesOf(docblock)) {
      const lines = code.trimEnd().split('\n');
      const ofCode = lines.filter((line) => line !== '' && !line.startsWith('import '));
      t.true(ofCode.length <= 8, `${file}: ${name} has ${ofCode.length} lines`);
      for (const line of lines) t.true(line.length <= 97, `${file}: ${name}: ${line}`);
    }
  }
});

test('every example, and every page that shows code, compiles', async (t) => {
  t.timeout(300_000);
  const modules = new Map<string, string>();
  const add = (name: string, text: string): void => {
    modules.set(`${modules.size}-${name.replaceAll('/', '.')}.mts`, text);
  };
  for (const { name, file, face, docblock } of values) {
    for (const code of examplesOf(docblock)) add(`${file}-${name}`, moduleOf(code, face));
  }
  const shown = await pages();
  for (const [page, code] of shown) add(page, code);
  for (const page of ['README.md', 'operators/README.md', 'operators/loss/README.md']) {
    t.true(
      shown.some(([of]) => of === page),
      page,
    );
  }
  t.is(await typeErrors(t, modules), '');
});

test('an example that does not compile is told', async (t) => {
  const errors = await typeErrors(t, new Map([['wrong.mts', "import 'sincere-embeddings/no';\n"]]));
  t.regex(errors, /wrong\.mts.*sincere-embeddings\/no/u);
});

test('the face of operators has at most 91 names', (t) => {
  const { names } = all.find(({ specifier }) => specifier === 'sincere-embeddings/operators')!;
  t.true(names.length <= 91, `${names.length} names`);
  t.true(names.length > 60);
});

test('no name stands for two things in two faces', (t) => {
  const places = new Map<string, string>();
  for (const { specifier, names } of all) {
    for (const { name, file } of names) {
      t.is(places.get(name) ?? file, file, `${name} of ${specifier}`);
      places.set(name, file);
    }
  }
});

test('every name of a face is told apart: functions from types, and where each is defined', (t) => {
  const operators = all.find(
    ({ specifier }) => specifier === 'sincere-embeddings/operators',
  )!.names;
  const of = (wanted: string): unknown => operators.find(({ name }) => name === wanted);
  t.deepEqual(of('Dataset'), { name: 'Dataset', file: 'operators/types.ts', isType: true });
  t.deepEqual(of('permits'), { name: 'permits', file: 'operators/flow/permits.ts', isType: false });
  t.deepEqual(of('Permits'), { name: 'Permits', file: 'operators/flow/permits.ts', isType: true });
});
