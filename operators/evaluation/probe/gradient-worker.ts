import { serve } from '../../threads/serve.ts';
import { gradientWork } from './gradient-work.ts';

serve(gradientWork);
