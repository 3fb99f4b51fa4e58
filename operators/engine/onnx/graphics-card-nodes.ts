import { existsSync } from 'node:fs';
import path from 'node:path';

/** Device node that NVIDIA's driver makes on Linux when it has found a card. */
const nvidiaNode = 'dev/nvidiactl';
/** Device nodes of graphics cards on Linux: those of their drivers, and that of WSL. */
const nodes = ['dev/dri', nvidiaNode, 'dev/dxg'];

/**
 * True unless no graphics card is visible, which is known on Linux only. A trial takes seconds,
 * which nobody without a card is to wait for.
 *
 * @param root Folder that holds `dev`. @default '/'
 */
export function mayHaveGraphicsCard(root = '/', platform: string = process.platform): boolean {
  return platform !== 'linux' || nodes.some((node) => existsSync(path.join(root, node)));
}

/**
 * True when there is an NVIDIA graphics card for certain, which is known on Linux only. A folder of
 * `dev/dri` says less: the consoles of servers and virtual machines have one too.
 *
 * @param root Folder that holds `dev`. @default '/'
 */
export function hasNvidiaDriver(root = '/'): boolean {
  return existsSync(path.join(root, nvidiaNode));
}
