import { serveWork } from '../../threads/serve-work.ts';
import { sgdWork } from './sgd-work.ts';

serveWork(sgdWork);
