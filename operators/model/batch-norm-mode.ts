/**
 * Statistics that BatchNorm normalises with in training: those of the batch (the rows it sees), or the running ones,
 * which then stay as they are. Frozen, each row is computed by itself, whatever else is in the batch.
 */
export type BatchNormMode = 'batch' | 'frozen';
