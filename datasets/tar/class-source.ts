import { type ClassKind, classKinds } from './class-members.ts';
import type { ShardIndex } from './shard-index.ts';

/** Where the classes of a set come from: members of one kind, or the folders of its images. */
export interface ClassSource {
  readonly kind: ClassKind | 'folder';
  /** False where members of the kind of classes are captions or the like: those say that each key is one sample. */
  readonly isPlain: boolean;
  /** Texts of `.txt` members were taken for captions. */
  readonly areCaptions: boolean;
}

/**
 * Decides where the classes of a set come from: `.cls` members where any image has one, then fields of `.json` members, then
 * `.txt` members, then folders. There is one source for all images, so that no two ways of naming mix.
 *
 * Texts are classes when they are short, on one line, and each is that of two images or more on average.
 */
export function classSource(shards: readonly ShardIndex[]): ClassSource {
  const kind = classKinds.find((one) => shards.some(({ said }) => namesAny(said[one])));
  const isPlain = shards.every(({ said }) => Object.keys(said).length === 0);
  if (kind !== 'txt') return { kind: kind ?? 'folder', isPlain, areCaptions: saysText(shards) };
  const areClasses = textsAreClasses(shards);
  return { kind: areClasses ? 'txt' : 'folder', isPlain, areCaptions: !areClasses };
}

function namesAny(codes: Int32Array | undefined): boolean {
  return codes?.some((code) => code >= 0) === true;
}

function saysText(shards: readonly ShardIndex[]): boolean {
  return shards.some(({ said }) => said.txt !== undefined);
}

function textsAreClasses(shards: readonly ShardIndex[]): boolean {
  const texts = new Set<string>();
  let count = 0;
  for (const { said, lists } of shards) {
    for (const code of said.txt ?? []) {
      if (code === -2) return false;
      if (code === -1) continue;
      texts.add(lists[code]![0]!);
      count += 1;
    }
  }
  return 2 * texts.size <= count;
}
