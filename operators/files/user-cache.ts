import os from 'node:os';
import path from 'node:path';

/**
 * Folder of this program in the user's cache, by the XDG Base Directory Specification: `$XDG_CACHE_HOME/sincere`, else
 * `~/.cache/sincere`.
 *
 * @throws {Error} When the user has no home.
 */
export function userCache(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CACHE_HOME'];
  // The specification ignores relative paths.
  const cache =
    given !== undefined && path.isAbsolute(given) ? given : path.join(os.homedir(), '.cache');
  return path.join(cache, 'sincere');
}
