/** The process that has taken a lock, as the lock file names it. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  /** Boot and clock tick at which the process started; null where the system does not say. */
  readonly started: string | null;
  /** Namespace in which process ids are counted; null where the system does not say. */
  readonly namespace: string | null;
  readonly token: string;
}

/** First line of a lock. The second, `beatText`, is overwritten in its place. */
export function holderText(holder: LockHolder): string {
  return `${JSON.stringify(holder)}\n`;
}

/** Heartbeat (sign of life): the second line of a lock, a number of fixed width that counts up. */
export function beatText(beats: number): string {
  return `${String(beats).padStart(12, '0')}\n`;
}

/** True when the text of a lock file names this holder. */
export function isOf(holder: LockHolder, text: string): boolean {
  return text.startsWith(holderText(holder));
}

/** The holder that a lock file names; undefined when it names none. */
export function parseHolder(text: string): LockHolder | undefined {
  try {
    const [line = ''] = text.split('\n', 1);
    const { host, pid, started, namespace, token } = JSON.parse(line) as Record<
      keyof LockHolder,
      unknown
    >;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid)) return undefined;
    return {
      host,
      pid: Number(pid),
      started: typeof started === 'string' ? started : null,
      namespace: typeof namespace === 'string' ? namespace : null,
      token: typeof token === 'string' ? token : '',
    };
  } catch {
    // Not ours, or its process ended in the middle of the write: the caller refuses and says so.
    return undefined;
  }
}

/** Words for a holder, such as ``by process 7 on `node-3` ``. */
export function describeHolder(holder: LockHolder | undefined, mine: LockHolder): string {
  if (holder === undefined) return 'by a process that did not leave its number';
  const { host, pid, namespace } = holder;
  if (host !== mine.host) return `by process ${pid} on \`${host}\``;
  const elsewhere = namespace !== null && namespace !== mine.namespace;
  return `by process ${pid}${elsewhere ? ` in another container \`${host}\`` : ''}`;
}
