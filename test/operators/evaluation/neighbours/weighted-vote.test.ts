import test from 'ava';
import { weightedVote } from '../../../../operators/evaluation/neighbours/weighted-vote.ts';

test('the largest sum of similarities wins, not the most votes', (t) => {
  t.is(weightedVote({ similarities: [0.9, 0.3, 0.3], labels: [4, 2, 2] }), 4);
  t.is(weightedVote({ similarities: [0.9, 0.5, 0.5], labels: [4, 2, 2] }), 2);
});

test('equal sums go to the lowest class', (t) => {
  t.is(weightedVote({ similarities: [0.5, 0.25, 0.25], labels: [3, 1, 1] }), 1);
  t.is(weightedVote({ similarities: [0.5, 0.25, 0.25], labels: [0, 1, 1] }), 0);
});

test('a class without a neighbour never wins, however low the sums', (t) => {
  t.is(weightedVote({ similarities: [-0.75, -0.25], labels: [1, 2] }), 2);
});

test('neighbours of unknown class do not vote', (t) => {
  t.is(weightedVote({ similarities: [0.9, 0.1], labels: [-1, 5] }), 5);
  t.is(weightedVote({ similarities: [0.9], labels: [-1] }), -1);
  t.is(weightedVote({ similarities: [], labels: [] }), -1);
});
