import type { HttpAnswer } from './http-transport.ts';
import { cutText } from '../../operators/message-words.ts';

/** Codes of S3 for what may come out otherwise at the next try. */
const transientCodes: ReadonlySet<string> = new Set([
  'InternalError',
  'SlowDown',
  'ServiceUnavailable',
  'RequestTimeout',
  'TooManyRequests',
  'Throttling',
]);

/** Code of an S3 error document, such as `SlowDown`: letters, as a key would have digits. Undefined for any other body. */
export function errorCodeOf({ bytes }: Pick<HttpAnswer, 'bytes'>): string | undefined {
  // `<`, or the mark of UTF-8 before it: no image and no archive begins so.
  if (bytes[0] !== 0x3c && bytes[0] !== 0xef) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(0, 4096));
  return /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?<Error\b[^>]*>[\s\S]*?<Code>(?<code>[A-Za-z]{1,64})<\/Code>/u.exec(
    text,
  )?.groups?.['code'];
}

/** What a server answered, for a message: its status, and its code where it tells one. */
export function answered(answer: HttpAnswer): string {
  const code = errorCodeOf(answer) ?? answer.headers['x-amz-error-code'];
  return `the server answered ${answer.status}${code === undefined ? '' : ` (${cutText(code, 64)})`}`;
}

/** Whether a body is an error document of S3 that the next try may not meet. */
export function isTransientError(answer: Pick<HttpAnswer, 'bytes'>): boolean {
  return transientCodes.has(errorCodeOf(answer) ?? '');
}
