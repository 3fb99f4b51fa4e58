import { serve } from '../../threads/serve.ts';
import { kMeansWork } from './k-means-work.ts';

serve(kMeansWork);
