/**
 * The card check as a folder to carry: `npm run pack:card -- [--to card-pack]`.
 *
 * For a machine with a graphics card and nothing else, where nothing can be downloaded: Node, the compiled check and the
 * packages that it needs, compressed with what a bare Linux and Node can undo. There, `card-pack/run.sh --out DIR`. What it
 * leaves out: TensorFlow and the CUDA provider of ONNX Runtime, which are larger than what may be carried.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { project } from '../helpers/project.ts';
import { packedFiles } from './packed-files.ts';

/** What the folder may hold, in bytes. */
const limit = 64 * 2 ** 20;
/** Libraries for machines that lack them. */
const libraries = ['libstdc++.so.6', 'libgcc_s.so.1', 'libvulkan.so.1'];
const librariesAt = '/usr/lib/x86_64-linux-gnu';

const root = fileURLToPath(project);
const { values } = parseArgs({ options: { to: { type: 'string', default: 'card-pack' } } });
if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error(`The card check is packed on linux-x64, got ${process.platform}-${process.arch}`);
}
const to = path.resolve(values.to);
await fs.rm(to, { recursive: true, force: true });
await fs.mkdir(path.join(to, 'lib'), { recursive: true });

for (const name of ['run.sh', 'unpack.cjs']) {
  await fs.copyFile(path.join(root, 'test/card', name), path.join(to, name));
}
const entries = ['check', 'card-worker'].map((name) => `.build/test/card/${name}.js`);
const files = [...(await packedFiles(root, entries)), 'test/card/card_peer.py', 'package.json'];
await Promise.all([
  fs.writeFile(path.join(to, 'files.br'), await archiveOf([...new Set(files)])),
  fs.writeFile(path.join(to, 'node.gz'), await promisify(gzip)(await strippedNode(), { level: 9 })),
  ...libraries.map(carryLibrary),
]);

let total = 0;
for (const name of await fs.readdir(to, { recursive: true })) {
  const { size } = await fs.stat(path.join(to, name));
  if (name === 'lib') continue;
  console.log(`${(size / 2 ** 20).toFixed(1).padStart(6)} MiB  ${name}`);
  total += size;
}
console.log(`${(total / 2 ** 20).toFixed(1).padStart(6)} MiB  ${to}, ${files.length} files in it`);
if (total >= limit) throw new Error(`${to} has ${total} bytes, ${limit} or more`);

/** All files one after the other, after a line that says what they are. */
async function archiveOf(names: readonly string[]): Promise<Uint8Array> {
  const contents = await Promise.all(names.map((name) => fs.readFile(path.join(root, name))));
  const header = names.map((name, at) => ({ name, mode: 0o644, size: contents[at]!.byteLength }));
  const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...contents]);
  // Further levels take minutes for a hundredth.
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 7,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
  };
  return await promisify(brotliCompress)(bytes, { params });
}

/** Node without its symbols, where there is `strip`; an eighth of it are symbols. */
async function strippedNode(): Promise<Uint8Array> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-pack-'));
  const copy = path.join(folder, 'node');
  try {
    await promisify(execFile)('strip', ['-o', copy, process.execPath]);
    return await fs.readFile(copy);
  } catch (error) {
    console.error(`Node is packed with its symbols: ${String(error)}`);
    return await fs.readFile(process.execPath);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

async function carryLibrary(name: string): Promise<void> {
  try {
    const bytes = await fs.readFile(path.join(librariesAt, name));
    await fs.writeFile(
      path.join(to, 'lib', `${name}.gz`),
      await promisify(gzip)(bytes, { level: 9 }),
    );
  } catch (error) {
    console.error(`${name} is left out, and has to be on the other machine: ${String(error)}`);
  }
}
