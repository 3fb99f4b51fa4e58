/** How a step runs on TensorFlow: as one graph, or operator by operator. */
export type TensorflowMode = 'graph' | 'eager';
