import { createHash } from 'node:crypto';
import { PipelineError } from '../../operators/errors.ts';
import { selectedVectors } from '../../operators/evaluation/vectors/selected-vectors.ts';
import { counted } from '../../operators/message-words.ts';
import { idKey } from './id-key.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';

/**
 * The rows of a set whose ids are not among some, which are told how many they are. Without any ids it is the set itself.
 *
 * It is another set: its hashes are those of the set together with which rows are left.
 *
 * @throws {PipelineError} `ERR_CONFIG` when no row has one of the ids, or every row.
 */
export function withoutIds(set: OpenedSet, ids: ReadonlySet<string>, note: TellNote): OpenedSet {
  if (ids.size === 0) {
    note(`\`exclude\` lists no id: all of \`${set.name}\` is used`, ['exclude']);
    return set;
  }
  const key = idKey(set);
  const wanted = new Set(Array.from(ids, key));
  const kept: number[] = [];
  const found = new Set<string>();
  for (let position = 0; position < set.count; position += 1) {
    const id = key(set.id(position));
    if (wanted.has(id)) found.add(id);
    else kept.push(position);
  }
  if (found.size === 0 || kept.length === 0) throw noneOrAll(set, ids, kept.length);
  note(excludedNote(set, kept.length, wanted.size - found.size), ['exclude']);
  return selectedSet(set, Int32Array.from(kept));
}

function selectedSet(set: OpenedSet, kept: Int32Array): OpenedSet {
  const { positions: _, ...rows } = selectedVectors(set, kept);
  const { file, attribute } = set;
  const part = (hash: string): string =>
    createHash('sha256').update(hash).update(kept).digest('hex');
  return {
    ...set,
    ...rows,
    excluded: set.count - kept.length,
    file: file === null ? null : { ...file, contentHash: part(file.contentHash) },
    datasetHash: part(set.datasetHash),
    imagesHash: part(set.imagesHash),
    attribute:
      attribute === null
        ? null
        : { ...attribute, codes: kept.map((position) => attribute.codes[position]!) },
    on: (layer) => selectedSet(set.on(layer), kept),
  };
}

function excludedNote({ name, count }: OpenedSet, kept: number, others: number): string {
  const left = `\`exclude\` leaves out ${counted(count - kept)} of ${counted(count, 'row')} of \`${name}\``;
  return others === 0 ? left : `${left}; ${counted(others, 'id')} that it lists are not there`;
}

function noneOrAll(set: OpenedSet, ids: ReadonlySet<string>, kept: number): PipelineError {
  const [listed] = ids;
  const text =
    kept === 0
      ? `\`exclude\` lists every id of \`${set.name}\`: no row is left`
      : `No id of \`${set.name}\`, such as \`${set.id(0)}\`, is among those of \`exclude\`, such as \`${listed}\`. ` +
        'Give the list of this set, or name its column of ids: `FILE?id=COLUMN`';
  return new PipelineError('ERR_CONFIG', text, { path: set.name, options: ['exclude'] });
}
