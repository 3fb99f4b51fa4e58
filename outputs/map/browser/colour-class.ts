/** Categorical colours of a page, `--c0` and on. */
export const categories = 10;

/** Class of the style sheet that has the colour of a class of images; that of an unknown one beyond them. */
export function colourClass(at: number, classes: number): string {
  return at >= classes ? 'map-unknown' : `map-c${at % categories}`;
}
