import fs from 'node:fs/promises';
import type { Inspection } from './inspection.ts';

/** What a folder is to TensorBoard. */
export type TensorBoardFolder = 'projector' | 'events';

/** Maximum names of a folder that are looked at. */
const mostNames = 10_000;

/** What a folder is to TensorBoard, by the names in it, whoever wrote it; undefined when it is nothing. */
export async function tensorBoardFolder(folder: string): Promise<TensorBoardFolder | undefined> {
  let found: TensorBoardFolder | undefined;
  let names = 0;
  for await (const { name } of await fs.opendir(folder)) {
    // Its projector may stand beside the events of a run, and shows what they do not.
    if (name === 'projector_config.pbtxt') return 'projector';
    if (name.startsWith('events.out.tfevents.')) found = 'events';
    names += 1;
    if (names === mostNames) break;
  }
  return found;
}

const titles: Readonly<Record<TensorBoardFolder, string>> = {
  projector: "Folder for TensorBoard's embedding projector",
  events: 'Folder of TensorBoard events',
};

/** Describes a folder that TensorBoard reads; undefined of another. */
export async function inspectTensorBoard(
  folder: string,
): Promise<Pick<Inspection, 'kind' | 'what' | 'facts' | 'metadata' | 'tables'> | undefined> {
  const found = await tensorBoardFolder(folder);
  return found && { kind: 'folder', what: titles[found], facts: {}, metadata: {}, tables: [] };
}
