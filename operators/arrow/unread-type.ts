import { messageOf } from '../errors.ts';

/** An error that names the Arrow type that its decoder does not know; undefined where that is not why it failed. */
export function unreadType(error: unknown): Error | undefined {
  const type = /^Unrecognized type: "(\w+)"/u.exec(messageOf(error))?.[1];
  if (type === undefined) return undefined;
  return new Error(`a column has the type ${type}, which is not read: write it as a list`, {
    cause: error,
  });
}
