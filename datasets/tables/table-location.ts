import { braceNames, hasBraces } from '../store/brace-names.ts';
import type { Place } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import { isTableName } from './table-files.ts';

/**
 * The places that a location of tables names: `train-{00000..00011}-of-00012.parquet` names twelve.
 *
 * @returns Undefined where it is no location in a store.
 * @throws {RangeError} When it names too many, or has the scheme of a store and is no location in one.
 */
export function tablePlaces(location: string): readonly [Place, ...Place[]] | undefined {
  const isPattern = isTableName(location.replace(/[?#].*$/u, '')) && hasBraces(location);
  const places = (isPattern ? braceNames(location) : [location]).map(placeOf);
  const [first, ...others] = places.filter((place) => place !== undefined);
  return first === undefined ? undefined : [first, ...others];
}
