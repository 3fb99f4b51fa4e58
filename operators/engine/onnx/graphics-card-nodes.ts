import { existsSync } from 'node:fs';
import path from 'node:path';

/** What the driver of NVIDIA makes on Linux when it has found a card. */
const nvidiaNode = 'dev/nvidiactl';
/** Through which Linux shows graphics cards: their drivers, and that of WSL. */
const nodes = ['dev/dri', nvidiaNode, 'dev/dxg'];

/**
 * Whether there may be a graphics card: false only on Linux, where none is visible. A trial takes seconds, which nobody
 * without a card is to wait for.
 *
 * @param root Folder that holds `dev`. @default '/'
 */
export function mayHaveGraphicsCard(root = '/', platform: string = process.platform): boolean {
  return platform !== 'linux' || nodes.some((node) => existsSync(path.join(root, node)));
}

/**
 * Whether there is a graphics card of NVIDIA for certain, which is known on Linux only. A folder of `dev/dri` says less:
 * the consoles of servers and virtual machines have one too.
 *
 * @param root Folder that holds `dev`. @default '/'
 */
export function hasNvidiaDriver(root = '/'): boolean {
  return existsSync(path.join(root, nvidiaNode));
}
