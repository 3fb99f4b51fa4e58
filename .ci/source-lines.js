// Stack traces of the compiled tests name the lines of the sources, and leave AVA's own out. `--enable-source-maps` would
// read the map of every package that has one: 6 MB for TensorFlow.js, in each process and each thread.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A place in `.build/`, as V8 writes it. */
const compiled = /(file:\/\/\S+\/\.build\/\S+\.js):(\d+):(\d+)/u;

/** What was read, by URL. */
const maps = new Map();

function mapOf(url) {
  if (!maps.has(url)) {
    maps.set(url, new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8'))));
  }
  return maps.get(url);
}

function original(place, url, line, column) {
  try {
    const found = mapOf(url).findEntry(line - 1, column - 1);
    const source = new URL(found.originalSource, url);
    return `${source.href}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  } catch {
    return place;
  }
}

Error.prepareStackTrace = (error, frames) => {
  const places = frames.map(String).map((place) => place.replace(compiled, original));
  const own = places.filter((place) => !place.includes('/node_modules/ava/lib/'));
  return [Error.prototype.toString.call(error), ...own].join('\n    at ');
};
