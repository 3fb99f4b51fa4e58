/**
 * Moves every pixel, in place: each takes the value of the pixel nearest to its source, black where that lies outside.
 *
 * @param sourceX Column that a pixel takes its value from, by column and row; half-way it is the one behind.
 */
function warp(
  pixels: Float32Array,
  size: number,
  sourceX: (x: number, y: number) => number,
  sourceY: (x: number, y: number) => number,
): void {
  const before = pixels.slice();
  for (let y = 0, to = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1, to += 3) {
      const fromX = Math.round(sourceX(x, y));
      const fromY = Math.round(sourceY(x, y));
      const isInside = fromX >= 0 && fromX < size && fromY >= 0 && fromY < size;
      const from = (fromY * size + fromX) * 3;
      for (let c = 0; c < 3; c += 1) pixels[to + c] = isInside ? before[from + c]! : 0;
    }
  }
}

/** Shear along rows: row `y` moves left by `shear · (y + ½)`. */
export function shearRows(pixels: Float32Array, size: number, shear: number): void {
  warp(
    pixels,
    size,
    (x, y) => x + shear * (y + 0.5),
    (_x, y) => y,
  );
}

/** Shear along columns: column `x` moves up by `shear · (x + ½)`. */
export function shearColumns(pixels: Float32Array, size: number, shear: number): void {
  warp(
    pixels,
    size,
    (x) => x,
    (x, y) => y + shear * (x + 0.5),
  );
}

/** Translation by whole pixels, to the right and down. */
export function moveBy(pixels: Float32Array, size: number, right: number, down: number): void {
  warp(
    pixels,
    size,
    (x) => x - right,
    (_x, y) => y - down,
  );
}

/** Rotation about the middle, counter-clockwise. */
export function rotateBy(pixels: Float32Array, size: number, degrees: number): void {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const middle = (size - 1) / 2;
  warp(
    pixels,
    size,
    (x, y) => middle + cos * (x - middle) - sin * (y - middle),
    (x, y) => middle + sin * (x - middle) + cos * (y - middle),
  );
}
