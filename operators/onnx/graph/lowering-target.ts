/** Whom the lowerings write for. They all compute the same; what is fast, or known at all, differs. */
export type LoweringTarget = Standard | Blocked | Portable;

/** Standard operators in the forms that are fastest on a processor. What exported models are written in. */
interface Standard {
  readonly kind: 'standard';
}

/** As `standard`, with images in the channel blocks of ONNX Runtime's own convolutions between operators. */
interface Blocked {
  readonly kind: 'nchwc';
  /** Channels of a block: as many as fit into a vector register of this processor. */
  readonly size: number;
}

/** Standard operators that every device has, in forms that suit a graphics card. */
interface Portable {
  readonly kind: 'portable';
}

export const standardTarget: Standard = { kind: 'standard' };

export const portableTarget: Portable = { kind: 'portable' };
