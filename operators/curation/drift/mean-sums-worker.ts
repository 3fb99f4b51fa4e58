import { serveWork } from '../../threads/serve-work.ts';
import { meanSumsWork } from './mean-sums-work.ts';

serveWork(meanSumsWork());
