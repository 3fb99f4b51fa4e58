import path from 'node:path';
import { vectorLocation } from '../../datasets/vectors/vector-location.ts';
import { schemeOf } from '../../operators/location-scheme.ts';

/** Folder for something that is made of a set: beside the folder or the file, and here when it is at an address. */
export function beside(set: string, name: string): string {
  const { file } = vectorLocation(set);
  return schemeOf(file) === null ? path.join(path.dirname(file), name) : name;
}
