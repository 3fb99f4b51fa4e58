/**
 * What BatchNorm normalises with in training: the statistics of the rows it sees, or the running statistics, which
 * then stay as they are. Frozen, each row is computed by itself, whatever else is in the batch.
 */
export type BatchNormMode = 'batch' | 'frozen';
