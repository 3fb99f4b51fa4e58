import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/** Packages that are required by name at run time, where no bundler sees it. */
const required = ['@tensorflow/tfjs'];
/** Native parts, by folder and name. */
const natives: readonly (readonly [folder: string, name: RegExp])[] = [
  ['node_modules/onnxruntime-node/bin/napi-v6/linux/x64', /^(?:libonnxruntime\.so\.1|.*\.node)$/u],
  ['node_modules/@img/sharp-linux-x64', /\.cjs$/u],
  ['node_modules/@img/sharp-linux-x64/lib', /\.node$/u],
  ['node_modules/@img/sharp-libvips-linux-x64', /^versions\.json$/u],
  ['node_modules/@img/sharp-libvips-linux-x64/lib', /\.(?:so|js)/u],
];

/**
 * The files that the check needs, by their paths in the project: what its compiled modules import, those that they start
 * threads and processes with, the native parts, and the `package.json` above each.
 *
 * @param root The project, compiled into `.build`.
 * @param entries Modules in `.build` that it begins with.
 */
export async function packedFiles(
  root: string,
  entries: readonly string[],
): Promise<readonly string[]> {
  const starts = new Set([
    ...entries,
    ...required.map((name) => path.relative(root, require.resolve(name))),
  ]);
  let files: readonly string[] = [];
  for (let known = 0; known !== starts.size;) {
    known = starts.size;
    files = await imported(root, [...starts]);
    for (const file of files) for (const module of startedBy(root, file)) starts.add(module);
  }
  const all = [...files, ...nativeFiles(root)];
  return [...new Set([...all, ...all.flatMap((file) => manifestsAbove(root, file))])].toSorted();
}

async function imported(root: string, starts: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...starts],
    outdir: path.join(root, '.build/pack'),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    // Of a package what Node takes, not what a bundler would.
    conditions: [],
    mainFields: ['main'],
    external: ['*.node', 'ava', 'tsx', 'tsx/*', 'esbuild', '@tensorflow/tfjs-node-gpu'],
    logLevel: 'error',
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
  return Object.keys(metafile.inputs).filter((file) => existsSync(path.join(root, file)));
}

/** Modules that one of ours starts as a thread or a process: `new URL('…', import.meta.url)`. */
function startedBy(root: string, file: string): readonly string[] {
  if (!file.startsWith('.build/')) return [];
  const text = readFileSync(path.join(root, file), 'utf8');
  const modules = text.matchAll(/new URL\('([^']+\.(?:ts|mjs))', import\.meta\.url\)/gu);
  const names = Array.from(modules, ([, name]) => name!.replace(/\.ts$/u, '.js'));
  return names
    .map((name) => path.join(path.dirname(file), name))
    .filter((name) => existsSync(path.join(root, name)));
}

function nativeFiles(root: string): readonly string[] {
  return natives.flatMap(([folder, name]) => {
    const found = readdirSync(path.join(root, folder)).filter((file) => name.test(file));
    if (found.length === 0) throw new Error(`Expected files like ${name} in ${folder}, got none`);
    return found.map((file) => path.join(folder, file));
  });
}

function manifestsAbove(root: string, file: string): readonly string[] {
  const above = path.dirname(file);
  if (above === '.' || above === 'node_modules') return [];
  const manifest = path.join(above, 'package.json');
  const here = existsSync(path.join(root, manifest)) ? [manifest] : [];
  return [...here, ...manifestsAbove(root, above)];
}
