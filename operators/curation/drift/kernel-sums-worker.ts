import { serveWork } from '../../threads/serve-work.ts';
import { kernelSumsWork } from './kernel-sums-work.ts';

serveWork(kernelSumsWork);
