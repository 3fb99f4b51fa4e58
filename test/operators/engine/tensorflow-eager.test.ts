import test from 'ava';
import { openTensorflowEngine } from '../../../operators/engine/tensorflow-engine.ts';
import { type DeclareTest, engineContract } from '../../contract/engine-contract.ts';
import { lossSessionContract } from '../../contract/loss-session-contract.ts';
import { whereTensorflowIs } from '../../helpers/native-tensorflow.ts';

/** One after another: each starts threads of its own, and side by side none would end before all of them do. */
const inTurn: DeclareTest = Object.assign(
  (...[title, run]: Parameters<DeclareTest>) => test.serial(title, run),
  { serial: test.serial },
);

await whereTensorflowIs((found) => {
  const open = () => openTensorflowEngine({ found, mode: 'eager', threads: 1 });
  engineContract(inTurn, 'tensorflow, eager', open);
  lossSessionContract('tensorflow, eager', open);
});
