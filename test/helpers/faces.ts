import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { project } from './project.ts';

/** Root of the project. */
export const root: string = fileURLToPath(project);

/** The faces by the name that they are imported by, smaller ones before those that re-export them. */
export const faces: Readonly<Record<string, string>> = {
  'sincere-embeddings/flow': 'operators/flow.ts',
  'sincere-embeddings/loss': 'operators/loss.ts',
  'sincere-embeddings/operators': 'operators/index.ts',
  'sincere-embeddings/datasets': 'datasets/index.ts',
  'sincere-embeddings/outputs': 'outputs/index.ts',
  'sincere-embeddings': 'pipeline/index.ts',
};

/** A name that a face exports. */
export interface ExportedName {
  readonly name: string;
  /** Where it is defined, from the root. */
  readonly file: string;
  readonly isType: boolean;
}

/** Every name that a file exports: its own, those that it names of others, and all of those that it passes on. */
export async function exportsOf(file: string): Promise<readonly ExportedName[]> {
  const code = (await sourceOf(file)).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '');
  const passedOn = Array.from(
    code.matchAll(/^export (type )?\* from '([^']+)';$/gmu),
    async ([, type, from]) => {
      const names = await exportsOf(besides(file, from!));
      return type === undefined ? names : names.map(asType);
    },
  );
  return [
    ...ownNames(file, code),
    ...namedExports(file, code),
    ...(await Promise.all(passedOn)).flat(),
  ];
}

function asType({ name, file }: ExportedName): ExportedName {
  return { name, file, isType: true };
}

function ownNames(file: string, code: string): readonly ExportedName[] {
  const definitions = code.matchAll(
    /^export (?:async )?(function\*?|class|const|interface|type) (\w+)/gmu,
  );
  return Array.from(definitions, ([, kind, name]) => ({
    name: name!,
    file,
    isType: kind === 'interface' || kind === 'type',
  }));
}

function namedExports(file: string, code: string): readonly ExportedName[] {
  const lists = code.matchAll(/^export (type )?\{([^}]*)\} from '([^']+)';$/gmu);
  return Array.from(lists, ([, type, list, from]) =>
    Array.from(list!.matchAll(/(type )?\b(\w+)\s*(?:,|$)/gmu), ([, alsoType, name]) => ({
      name: name!,
      file: besides(file, from!),
      isType: (type ?? alsoType) !== undefined,
    })),
  ).flat();
}

/** Text of a source file. */
export async function sourceOf(file: string): Promise<string> {
  return await readFile(path.join(root, file), 'utf8');
}

/** Docblock of a definition without its stars, or undefined when it has none; of overloads that of the first. */
export async function docblockOf({ name, file }: ExportedName): Promise<string | undefined> {
  const definition = String.raw`export (?:async )?(?:function\*?|class|const) ${name}\b`;
  const docblock = new RegExp(String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\n${definition}`, 'u').exec(
    await sourceOf(file),
  )?.[1];
  return docblock?.replaceAll(/^ \* ?/gmu, '').trim();
}

function besides(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier);
}
