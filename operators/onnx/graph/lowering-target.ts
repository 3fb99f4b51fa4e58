/** Target of lowering. All compute the same; what is fast, or known at all, differs. */
export type LoweringTarget = Standard | Nchwc | Portable | Tensorflow;

/** Standard operators in the forms that are fastest on a processor. What exported models are written in. */
interface Standard {
  readonly kind: 'standard';
}

/**
 * NCHWc, the blocked layout of ONNX Runtime's own convolutions, for images between operators; else
 * as `standard`.
 */
interface Nchwc {
  readonly kind: 'nchwc';
  /**
   * Channels of a block, the c of NCHWc: as many as fit into a vector register of this processor.
   */
  readonly size: number;
}

/** Standard operators that every device has, in forms that suit a graphics card. */
interface Portable {
  readonly kind: 'portable';
}

/**
 * TensorFlow: images as they are in tfjs, `[batch, height, width, channels]`, its own operators for what they are
 * computed with, and for everything else the standard ones that `operators/tensorflow` has a counterpart of.
 */
interface Tensorflow {
  readonly kind: 'tensorflow';
}

export const standardTarget: Standard = { kind: 'standard' };

export const portableTarget: Portable = { kind: 'portable' };

export const tensorflowTarget: Tensorflow = { kind: 'tensorflow' };
