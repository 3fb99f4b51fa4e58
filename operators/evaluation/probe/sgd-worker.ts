import { serve } from '../../threads/serve.ts';
import { sgdWork } from './sgd-work.ts';

serve(sgdWork);
