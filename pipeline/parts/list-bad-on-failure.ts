import { catchError, from, mergeMap, type MonoTypeOperatorFunction, throwError } from 'rxjs';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { Quarantine } from '../../operators/stages/quarantine.ts';
import { isRepaired, type QuarantineRow } from '../../outputs/tables/write-quarantine.ts';
import { counted } from '../../operators/message-words.ts';

/**
 * Lists the bad images of a run that they end, before its error goes on: `quarantine.arrow` says which they are.
 *
 * Concerns `ERR_TOO_MANY_BAD`, and `ERR_DATASET`: no image of a class is left to take the place of a bad one. Every
 * other error passes.
 *
 * @param save Writes the file. @returns its path.
 */
export function listBadOnFailure<T>(
  bad: Pick<Quarantine, 'list' | 'listRepaired'>,
  save: (rows: readonly QuarantineRow[]) => Promise<string>,
): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const listed = bad.list();
    if (!isOfBadImages(error) || listed.length === 0) return throwError(() => error);
    return from(listedError(error, [...listed, ...bad.listRepaired()], save)).pipe(
      mergeMap((told) => throwError(() => told)),
    );
  });
}

async function listedError(
  error: PipelineError,
  rows: readonly QuarantineRow[],
  save: (rows: readonly QuarantineRow[]) => Promise<string>,
): Promise<PipelineError> {
  const bad = rows.filter((row) => !isRepaired(row)).length;
  try {
    const file = await save(rows);
    return withList(
      error,
      `${counted(bad, 'image is', 'images are')} listed in \`${file}\`.`,
      file,
    );
  } catch (why) {
    // The error that ends the run comes first; that they could not be listed is a sentence of it.
    return withList(error, `They could not be listed: ${messageOf(why)}`);
  }
}

function isOfBadImages(error: unknown): error is PipelineError {
  return (
    error instanceof PipelineError &&
    (error.code === 'ERR_TOO_MANY_BAD' || error.code === 'ERR_DATASET')
  );
}

/** The same error, with a sentence more. */
function withList(error: PipelineError, sentence: string, path = error.path): PipelineError {
  const { code, message, sample, options, cause } = error;
  const full = `${message}${message.endsWith('.') ? '' : '.'} ${sentence}`;
  return new PipelineError(code, full, { sample, path, options, cause });
}
