import { catchError, concatMap, defer, EMPTY, of, tap } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import { isAboutImage } from '../errors.ts';
import type { DecodedImage, PlannedSample } from '../types.ts';
import type { Quarantine } from './quarantine.ts';

/**
 * Replacement policy for a sample that cannot be used: nothing in an export, another image in
 * training.
 */
export type Replacement<S extends PlannedSample = PlannedSample> = (
  bad: S,
  attempt: number,
) => S | undefined;

/**
 * Skip policy of `onBadSample`: the place stays empty. For exports, where each readable image has exactly one row.
 *
 * @example
 * ```ts
 * import { map } from 'rxjs';
 *
 * const bad = quarantine({ count: 1000 });
 * const grey = { width: 1, height: 1, data: Uint8Array.of(128, 128, 128) };
 * const stage = map((sample: PlannedSample) => ({ ...sample, image: grey }));
 * const images = perSample(onBadSample(skipBad, bad, stage));
 * ```
 */
export const skipBad: () => undefined = () => undefined;

/**
 * Error recovery for one unreadable image: it goes to quarantine and `replacement` takes its place.
 *
 * Only `ERR_READ` and `ERR_DECODE` are about the sample. Everything else, such as an abort or too many
 * bad samples, ends the run. A sample known to be bad is not read again.
 *
 * @param replacement Called with the planned sample and 0, 1, … until one is readable; undefined leaves
 * the place empty. It must be a pure function, so that a resumed run makes the same choice.
 * @param quarantine Borrowed; shared by all samples of a run.
 * @param stage Reads and decodes one sample; decodes one of a stream, whose bytes are there already.
 * @example
 * ```ts
 * import { pipe } from 'rxjs';
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const photos = await openDataset('photos');
 * const read = readImage(photos, { permits: permits(16) });
 * const bad = quarantine({ count: photos.count, maxInvalid: 0.01 });
 * const stage = pipe(read, decodeImage({ permits: permits(4) }));
 * const images = perSample(onBadSample(skipBad, bad, stage)); // `bad.list()` has the others
 * ```
 */
export function onBadSample<S extends PlannedSample>(
  replacement: Replacement<S>,
  quarantine: Quarantine,
  stage: OperatorFunction<S, DecodedImage>,
): OperatorFunction<S, DecodedImage> {
  const use = (sample: S, planned: S, attempt: number): Observable<DecodedImage> => {
    const useAnother = (): Observable<DecodedImage> => {
      const other = replacement(planned, attempt);
      return other === undefined ? EMPTY : use(other, planned, attempt + 1);
    };
    return defer(() => {
      if (quarantine.has(sample)) return useAnother();
      return of(sample).pipe(
        tap(() => quarantine.tried(sample)),
        stage,
        tap(({ repaired }) => {
          if (repaired !== undefined) quarantine.addRepaired(sample, repaired);
        }),
        catchError((error: unknown) => {
          if (!isAboutImage(error)) throw error;
          quarantine.add(sample, error);
          return useAnother();
        }),
      );
    });
  };
  return concatMap((planned) => use(planned, planned, 0));
}
