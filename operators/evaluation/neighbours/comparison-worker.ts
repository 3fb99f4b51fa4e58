import { serveWork } from '../../threads/serve-work.ts';
import { comparisonWork } from './comparison.ts';

serveWork(comparisonWork());
