import { isAboutImage, messageOf, PipelineError } from '../../operators/errors.ts';

/** What a group of rows is called in a format. */
export const groupWords = { parquet: 'row group', arrow: 'record batch' } as const;

/**
 * An error about a table: what was thrown, with the table where it does not name it.
 *
 * @param url Location of the table, without credentials.
 * @param part The part of it that could not be read. @default all of it
 */
export function tableError(url: string, error: unknown, part?: string): PipelineError {
  if (error instanceof PipelineError && !isAboutImage(error)) return error;
  const what = part === undefined ? `\`${url}\`` : `the ${part} of \`${url}\``;
  return new PipelineError('ERR_DATASET', `Could not read ${what}: ${reasonOf(error)}`, {
    path: url,
    cause: error,
  });
}

/** A reason in words; what decoders of damaged bytes throw by themselves says nothing to a person. */
export function reasonOf(error: unknown): string {
  const isForeign = error instanceof RangeError || error instanceof TypeError;
  return isForeign ? `it is damaged (${messageOf(error)})` : messageOf(error);
}
