import { serveWork } from '../../threads/serve-work.ts';
import { scoresWork } from './scores-work.ts';

serveWork(scoresWork);
