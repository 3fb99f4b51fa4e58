import test from 'ava';
import {
  choiceAfter,
  choiceWithout,
  oneDnnWords,
  saysOneDnn,
} from '../../../../operators/engine/tensorflow/one-dnn.ts';

test('what is set in the environment stays, and so does what the library takes by itself', (t) => {
  t.deepEqual(choiceWithout({ usesOneDnn: false }, '0'), {
    used: false,
    reason: '`TF_ENABLE_ONEDNN_OPTS` is `0`',
  });
  t.true(choiceWithout({ usesOneDnn: true }, '1')?.used);
  t.true(choiceWithout({ usesOneDnn: true }, undefined)?.used);
  t.is(choiceWithout({ usesOneDnn: false }, undefined), undefined);
});

test('it is turned on only where a trial shows that it is right and faster', (t) => {
  const without = { usesOneDnn: false, layerMs: 10 };
  t.true(choiceAfter(without, { usesOneDnn: true, layerMs: 5 }).used);
  for (const other of [
    { usesOneDnn: true, layerMs: 9.9 },
    { usesOneDnn: true, layerMs: Number.NaN },
    { usesOneDnn: false, layerMs: 1 },
    { wrong: '`y` of a convolution is off' },
  ]) {
    t.false(choiceAfter(without, other).used);
  }
  const words = oneDnnWords(choiceAfter(without, { wrong: 'it crashed' }));
  t.is(words, 'without oneDNN (it crashed)');
});

test('the library says at its start whether it computes with it', (t) => {
  // As TensorFlow 2.21 prints it.
  const line =
    'I0000 00:00:1 1 port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results';
  t.true(saysOneDnn(line));
  t.false(saysOneDnn('cpu_feature_guard.cc:227] This TensorFlow binary is optimized'));
});
