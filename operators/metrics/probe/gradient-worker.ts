import { serve } from '../crew/serve.ts';
import { gradientWork } from './gradient-work.ts';

serve(gradientWork);
