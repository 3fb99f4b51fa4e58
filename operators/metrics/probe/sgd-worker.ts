import { serve } from '../crew/serve.ts';
import { sgdWork } from './sgd-work.ts';

serve(sgdWork);
