// Compiles the kernel of the views, `operators/image/kernel/source/`, into `kernel-bytes.ts` beside it:
//
//     node .ci/build-kernel.js
//
// What it makes stands in the repository: neither the package nor a checkout needs AssemblyScript to run. A test compares.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const source = 'operators/image/kernel/source/index.ts';
const made = new URL('../operators/image/kernel/kernel-bytes.ts', import.meta.url);

// No relaxed SIMD: its results may differ from processor to processor. The kernel allocates nothing and calls nothing: it lays
// out its memory by itself, up to the 4 GiB that there are.
const options =
  '-O3 --converge --noAssert --enable simd --runtime stub --use abort= --initialMemory 1 --maximumMemory 65536';

/** The text of `kernel-bytes.ts`, as the source and the compiler of today make it. */
export async function kernelText() {
  const { default: asc } = await import('assemblyscript/asc');
  let wasm = new Uint8Array();
  const told = asc.createMemoryStream();
  const { error } = await asc.main(
    [source, ...options.split(' '), '--baseDir', root, '--outFile', 'kernel.wasm'],
    { stderr: told, writeFile: (_name, contents) => (wasm = contents) },
  );
  if (error !== null) throw new Error(`Cannot compile \`${source}\`:\n${told.toString()}`);
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,92}/gu);
  return [
    '// Made of `source/` by `node .ci/build-kernel.js`; not to be changed by hand.',
    '',
    '/** The kernel of the views, a WebAssembly module in base64. */',
    'export const kernelBase64: string =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(made, await kernelText());
