import { serveWork } from '../../threads/serve-work.ts';
import { rowLossesWork } from './row-losses-work.ts';

serveWork(rowLossesWork);
