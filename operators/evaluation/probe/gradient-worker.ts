import { serveWork } from '../../threads/serve-work.ts';
import { gradientWork } from './gradient-work.ts';

serveWork(gradientWork);
