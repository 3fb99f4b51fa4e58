// Loaded by `export-memory.ts` into the process it measures: writes a line of JSON every few seconds and one at
// the end, after a full garbage collection. CommonJS, because `--require` comes before the loader of TypeScript.
'use strict';
const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const file = process.env.MEMORY_PROBE;

function note(what) {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const peakRss = process.resourceUsage().maxRSS * 1024;
  const line = { what, seconds: process.uptime(), rss, peakRss, heapTotal, heapUsed, external };
  fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
}

if (isMainThread && file !== undefined) {
  setInterval(() => note('sample'), 1000).unref();
  process.on('exit', () => {
    note('end');
    globalThis.gc?.();
    note('collected');
  });
}
