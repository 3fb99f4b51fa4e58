/** True when a version such as `2.36` is older than another one, number by number; what is missing counts as 0. */
export function isOlderVersion(version: string, than: string): boolean {
  const [ours, theirs] = [version, than].map((text) => text.split('.').map(Number));
  const at = theirs!.findIndex((part, at) => part !== (ours![at] ?? 0));
  return at >= 0 && (ours![at] ?? 0) < theirs![at]!;
}
