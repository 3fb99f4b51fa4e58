import { existsSync } from 'node:fs';
import path from 'node:path';

/** Through which Linux shows graphics cards: their drivers, and that of WSL. */
const nodes = ['dev/dri', 'dev/nvidiactl', 'dev/dxg'];

/**
 * Whether there may be a graphics card: false only on Linux, where none is visible. A trial takes seconds, which nobody
 * without a card is to wait for.
 *
 * @param root Folder that holds `dev`. @default '/'
 */
export function mayHaveGraphicsCard(root = '/', platform: string = process.platform): boolean {
  return platform !== 'linux' || nodes.some((node) => existsSync(path.join(root, node)));
}
