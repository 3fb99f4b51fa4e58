/** The path of a member as the `webdataset` package takes it apart, at the first dot of the base name. */
export interface MemberName {
  /** The path up to that dot: members of one key are one sample. */
  readonly key: string;
  /** What follows the dot, in lower case, such as `jpg` or `seg.png`. */
  readonly extension: string;
  /** The path up to its last dot. */
  readonly stem: string;
  /** What follows the last dot, in lower case. */
  readonly ending: string;
}

/** Takes the path of a member apart; undefined when its base name has no dot, or begins with it. */
export function memberName(path: string): MemberName | undefined {
  const base = path.lastIndexOf('/') + 1;
  const dot = path.indexOf('.', base);
  if (dot <= base) return undefined;
  const last = path.lastIndexOf('.');
  return {
    key: path.slice(0, dot),
    extension: path.slice(dot + 1).toLowerCase(),
    stem: path.slice(0, last),
    ending: path.slice(last + 1).toLowerCase(),
  };
}

/**
 * The path of a member below the folder that it would be unpacked into: without `./`, without the `/` that it begins with,
 * and with `/` for the `\` of a name that has no other separator.
 *
 * @returns Undefined when it leads out of the folder, or is the folder.
 */
export function memberPath(name: string): string | undefined {
  if (isPlain(name)) return name;
  const text = hasBackslashes(name) ? name.replaceAll('\\', '/') : name;
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/');
}

/** Tests whether `\` separates the parts of a name, as some programs of Windows write it. */
export function hasBackslashes(name: string): boolean {
  return name.includes('\\') && !name.includes('/');
}

function isPlain(name: string): boolean {
  return name !== '' && !/^[/.]|\/[/.]|\/$|\\/u.test(name);
}

/** Members that hold no data of samples for the `webdataset` package, such as `__meta__/…`. */
export function isMetaName(path: string): boolean {
  return /^__[^/]*__(?:$|\/)/u.test(path);
}
