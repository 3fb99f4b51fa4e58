// Compiles the script of the map, `outputs/map/browser/`, into `map-script.ts` beside it:
//
//     node .ci/build-map.js
//
// What it makes stands in the repository: neither the package nor a checkout needs esbuild to draw a page. A test compares.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const made = new URL('../outputs/map/map-script.ts', import.meta.url);

/** The text of `map-script.ts`, as the sources and the compiler of today make it. */
export async function mapScriptText() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['outputs/map/browser/index.ts'],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    write: false,
  });
  const text = outputFiles[0].text.trim().replaceAll(/[\\`]|\$\{/gu, String.raw`\$&`);
  return [
    '// Made of `browser/` by `node .ci/build-map.js`; not to be changed by hand.',
    '',
    '/** Script of the map, for any page that holds one. */',
    `export const mapScript: string = \`${text}\`;`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(made, await mapScriptText());
