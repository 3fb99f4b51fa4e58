#!/usr/bin/env node
// The command `sincere`: sets up the process, then starts `cli.ts` (in the repository) or `cli.js` (installed).
//
// CommonJS on purpose. Node creates its pool of threads at the first use, and loading an ES module already
// uses it: setting the size in `cli.ts` would come too late, and four threads would serve all cores.
'use strict';
const { existsSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const v8 = require('node:v8');

process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 4);
// By itself V8 lets some four times of what is in use gather before it collects all of it, and the longer a
// program runs the more. Batches leave little behind, so collecting at 30 % more costs no time that can
// be measured (`test/bench/export-memory.ts`) and keeps memory where it was after the first thousands of images.
v8.setFlagsFromString('--heap-growing-percent=30');
void start();

async function start() {
  const source = path.join(__dirname, 'cli.ts');
  const inRepository = existsSync(source);
  if (inRepository) (await import('tsx/esm/api')).register();
  await import(pathToFileURL(inRepository ? source : path.join(__dirname, 'cli.js')).href);
}
