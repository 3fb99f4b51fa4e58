import { messageOf, PipelineError } from '../../operators/errors.ts';
import { shownName } from '../../operators/message-words.ts';
import type { StreamedImage } from '../../operators/types.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import { kindOfFile } from '../records/listed-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { placeName } from '../store/place.ts';
import { chooseShards } from './choose-shards.ts';
import { type ClassKind, classKinds, mostClassBytes } from './class-members.ts';
import { findShards, type Shard } from './find-shards.ts';
import { classKindOf, isPassedOver, saidBy } from './index-shard.ts';
import { memberName, memberPath } from './member-name.ts';
import { readTar } from './read-tar.ts';
import { type ClassMember, type NamedMember, sampleImages } from './sample-group.ts';

/** Options of `streamTar`. */
export interface StreamTarOptions {
  /** Split of the shards by their names. @default all */
  readonly split?: string | undefined;
  /** As those of `openTar`. */
  readonly columns?: ColumnNames | undefined;
  /** Images of more bytes are passed over, an integer. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Images of tar shards in their order, without an index: for a single pass over shards that are too many to index.
 *
 * Samples are those of `openTar`. Classes are what `.cls` members say, else `.json` members, else the first folder: the first image with a
 * class decides which, for all of the stream. Ids begin with the name of the shard where there are several. Holds a piece of a
 * shard and one sample.
 *
 * @throws {PipelineError} `ERR_DATASET` when a shard is missing, cut or damaged: images before that came.
 * @example
 * ```ts
 * import { reservoirBatches } from 'sincere-embeddings/operators';
 * import { streamTar } from 'sincere-embeddings/datasets';
 *
 * const images = streamTar('shards/train-{000..999}.tar');
 * const batches = reservoirBatches(images, { batchSize: 256, classesPerBatch: 32, seed: 0 });
 * for await (const { samples } of batches) console.log(samples.length);
 * ```
 */
export async function* streamTar(
  location: string,
  options: StreamTarOptions = {},
): AsyncGenerator<StreamedImage, void> {
  const found = await findShards(location, options.signal);
  const { shards } = chooseShards(placeName(location), found, options.split);
  const classes = streamedClasses();
  for (const shard of shards) {
    const prefix = shards.length === 1 ? '' : `${shard.name}/`;
    yield* imagesOf(found.store, shard, { ...options, prefix, classes });
  }
}

interface StreamShardOptions extends StreamTarOptions {
  readonly prefix: string;
  readonly classes: StreamedClasses;
}

async function* imagesOf(
  store: ObjectStore,
  { object }: Shard,
  options: StreamShardOptions,
): AsyncGenerator<StreamedImage, void> {
  const { columns = {}, maxBytes = 2 ** 26, signal } = options;
  const wants = (name: string, bytes: number): 'nothing' | 'content' => {
    const isImage = kindOfFile(name) === 'image' && bytes <= maxBytes;
    const isClass = bytes <= mostClassBytes && classKindOf(memberName(name), columns) !== undefined;
    return isImage || isClass ? 'content' : 'nothing';
  };
  const group = streamedGroup(columns, options);
  const reading = readTar(store, object, { wants, signal });
  try {
    for (;;) {
      const { value, done } = await reading.next();
      if (done === true) break;
      for (const { kind, name, ...member } of value) {
        const file = kind === 'file' ? memberPath(name) : undefined;
        if (file === undefined || isPassedOver(file)) continue;
        yield* group.add(file, { kind, name, ...member });
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PipelineError) throw error;
    const url = store.url(object.key);
    throw new PipelineError('ERR_DATASET', `Could not read \`${url}\`: ${messageOf(error)}`, {
      path: url,
      cause: error,
    });
  } finally {
    await reading.return(undefined as never);
  }
  yield* group.close();
}

interface StreamedGroup {
  /** Adds a member. @returns The images of the sample before it, when it is of another. */
  add(path: string, member: NamedMember['member']): readonly StreamedImage[];
  close(): readonly StreamedImage[];
}

function streamedGroup(
  columns: ColumnNames,
  { prefix, classes: streamed }: StreamShardOptions,
): StreamedGroup {
  const names = new Map<string, number>();
  let key: string | undefined;
  let images: NamedMember[] = [];
  let classes: ClassMember[] = [];
  /** Of the group: one that occurs again begins another sample. */
  const paths = new Set<string>();
  let bytes = 0;
  /** A name that occurs again in a shard is another image. */
  const idOf = (path: string): string => {
    const times = (names.get(path) ?? 0) + 1;
    names.set(path, times);
    return `${prefix}${path}${times === 1 ? '' : `#${times}`}`;
  };
  const close = (): readonly StreamedImage[] => {
    const samples = sampleImages({ images, classes }, columns);
    [images, classes] = [[], []];
    paths.clear();
    bytes = 0;
    return samples
      .filter(({ isFurther, member }) => !isFurther && member.content !== undefined)
      .map(({ path, member, said }) => ({
        id: idOf(path),
        classes: streamed.of(path, said),
        bytes: member.content!,
      }));
  };
  return {
    close,
    add(path, member) {
      const name = memberName(path);
      if (name === undefined) return [];
      const isOfGroup = name.key === key && !paths.has(path);
      const before = isOfGroup ? [] : close();
      key = name.key;
      paths.add(path);
      bytes += path.length + (member.content?.length ?? 0);
      if (bytes > mostSampleBytes) throw tooLarge(key);
      const kind = classKindOf(name, columns);
      if (kindOfFile(path) === 'image') images.push({ path, name, member });
      else if (kind !== undefined) {
        const said = saidBy(kind, name, member.content, columns);
        classes.push({ path, name, member, kind, said });
      }
      return before;
    },
  };
}

/** Most bytes of the members of one sample, which are held together. */
const mostSampleBytes = 2 ** 28;

function tooLarge(key: string): Error {
  return new Error(
    `its sample ${shownName(key)} has more than 256 MiB in members of one name. Pack the shard again, with a name for each image`,
  );
}

interface StreamedClasses {
  of(path: string, said: ReturnType<typeof sampleImages>[number]['said']): readonly string[];
}

/** Classes by what the first image with one has them from. Texts may be captions: what they are only the whole set tells. */
function streamedClasses(): StreamedClasses {
  let source: ClassKind | 'folder' | undefined;
  return {
    of(path, said) {
      const kinds = classKinds.filter((kind) => kind !== 'txt');
      const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined;
      source ??= kinds.find((kind) => (said[kind] ?? []).length > 0);
      source ??= folder === undefined ? undefined : 'folder';
      if (source === undefined) return [];
      if (source === 'folder') return folder === undefined ? [] : [folder];
      return said[source] ?? [];
    },
  };
}
