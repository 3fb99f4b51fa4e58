// Unpacks what `pack.ts` packed, with Node alone: `node unpack.cjs files.br FOLDER`. The first line is JSON: path, mode and
// size of each file; their bytes follow in that order.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { brotliDecompressSync } = require('node:zlib');

const [, , archive, folder] = process.argv;
const bytes = brotliDecompressSync(fs.readFileSync(archive));
let at = bytes.indexOf('\n') + 1;
const files = JSON.parse(bytes.subarray(0, at).toString());
for (const { name, mode, size } of files) {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes.subarray(at, at + size), { mode });
  at += size;
}
if (at !== bytes.length)
  throw new Error(`${archive} is damaged: ${bytes.length - at} bytes too many`);
