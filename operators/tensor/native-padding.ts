/** Added before and behind the two axes of images. */
export type ImagePadding = readonly [Sides, Sides];

type Sides = readonly [before: number, after: number];

/** A window that slides over one axis of images. */
export interface SlidingWindow {
  /** Length of the axis, 1 or more. */
  readonly size: number;
  /** Length of the window, with its dilation. */
  readonly window: number;
  readonly stride: number;
}

/** Padding by TensorFlow: by its own rule, or not at all, after something else has padded. */
export type NativePadding =
  { readonly pad: 'same' } | { readonly pad: 'valid'; readonly around: ImagePadding };

/**
 * Explicit padding in words that the kernels of TensorFlow know. `same` pads `max(0, (⌈size / stride⌉ − 1) · stride +
 * window − size)`, half of it before, rounded down; where that is another padding than the one asked for, images are
 * padded first, and behind them only as far as a window reads.
 *
 * @param axes Height and width.
 * @param padding What is asked for.
 */
export function nativePadding(
  axes: readonly [SlidingWindow, SlidingWindow],
  padding: ImagePadding,
): NativePadding {
  const around = [read(axes[0], padding[0]), read(axes[1], padding[1])] as const;
  const isSame = axes.every((axis, at) => {
    const [before, after] = same(axis);
    // Where no window reads behind, `after` is 0 for both.
    return (
      positions(axis, padding[at]!) === Math.ceil(axis.size / axis.stride) &&
      around[at]![0] === before &&
      around[at]![1] === after
    );
  });
  return isSame ? { pad: 'same' } : { pad: 'valid', around };
}

/** Positions of the window. */
function positions({ size, window, stride }: SlidingWindow, [before, after]: Sides): number {
  return Math.floor((size + before + after - window) / stride) + 1;
}

/** The padding as far as it is read. */
function read(axis: SlidingWindow, padding: Sides): Sides {
  const { size, window, stride } = axis;
  const [before] = padding;
  const reach = (positions(axis, padding) - 1) * stride + window;
  return [before, Math.max(0, reach - size - before)];
}

/** The padding of `same`. */
function same({ size, window, stride }: SlidingWindow): Sides {
  const whole = Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size);
  const before = Math.floor(whole / 2);
  return [before, whole - before];
}
