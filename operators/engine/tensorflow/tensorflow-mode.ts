/** Execution mode of TensorFlow: a step as one graph, or operator by operator. */
export type TensorflowMode = 'graph' | 'eager';
