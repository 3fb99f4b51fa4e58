import { serveWork } from '../../threads/serve-work.ts';
import { kMeansWork } from './k-means-work.ts';

serveWork(kMeansWork());
