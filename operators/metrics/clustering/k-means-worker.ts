import { serve } from '../crew/serve.ts';
import { kMeansWork } from './k-means-work.ts';

serve(kMeansWork);
