import { Field, Float32, Int32, Utf8 } from 'apache-arrow';

/** The name of the file in a run folder. */
export const samplesName = 'samples.arrows';

/**
 * Columns of `samples.arrows`: a row for each image of a recorded step, a record batch for each step. What is null: the
 * class of an image without one; the loss of an image without a positive; similarities where there is nothing to compare
 * with (`SampleReadouts`).
 */
export const samplesFields: readonly Field[] = [
  new Field('step', new Int32(), false),
  new Field('epoch', new Int32(), false),
  new Field('id', new Utf8(), false),
  new Field('class', new Utf8(), true),
  /** In nats. */
  new Field('loss', new Float32(), true),
  /** To the other images of its class: mean cosine similarity, or the logit of a classifier. */
  new Field('own_similarity', new Float32(), true),
  /** The same for the other class to which it is the most similar, and which that is. */
  new Field('other_similarity', new Float32(), true),
  new Field('other_class', new Utf8(), true),
];
