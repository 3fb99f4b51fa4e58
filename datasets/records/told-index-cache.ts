import type { IndexCache } from './index-cache.ts';

/** A cache of indexes that tells its first problem when it happens. */
export function toldIndexCache(cache: IndexCache, told: (problem: string) => void): IndexCache {
  let isTold = false;
  const asked = async <T>(asking: Promise<T>): Promise<T> => {
    const answer = await asking;
    if (cache.problem !== undefined && !isTold) {
      isTold = true;
      told(cache.problem);
    }
    return answer;
  };
  return {
    get problem() {
      return cache.problem;
    },
    read: async (key) => await asked(cache.read(key)),
    write: async (key, index) => await asked(cache.write(key, index)),
    readPart: async (key) => await asked(cache.readPart(key)),
    writePart: async (key, bytes) => await asked(cache.writePart(key, bytes)),
    readColumns: async (key) => await asked(cache.readColumns(key)),
    writeColumns: async (key, columns) => await asked(cache.writeColumns(key, columns)),
  };
}
