import { serveWork } from '../../threads/serve-work.ts';
import { rowProductsWork } from './row-products-work.ts';

serveWork(rowProductsWork);
