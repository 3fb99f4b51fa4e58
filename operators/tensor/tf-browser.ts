import * as tf from '@tensorflow/tfjs';

tf.enableProdMode();

/** The TensorFlow.js of a bundle for browsers, where nothing can be required: see `browser` in `package.json`. */
export { tf };
