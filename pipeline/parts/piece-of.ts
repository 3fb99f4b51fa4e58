import { type ExportShard, parseShard } from '../../outputs/exports/export-shard.ts';

/** The shard that an option names; none when the only piece is the whole. */
export function pieceOf(text: string): ExportShard | undefined {
  const shard = parseShard(text);
  if (shard === undefined) {
    throw new RangeError(`Expected \`shard\` to be such as \`2/8\`, got \`${text}\``);
  }
  return shard.of === 1 ? undefined : shard;
}
