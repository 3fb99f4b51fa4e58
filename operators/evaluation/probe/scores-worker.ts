import { serve } from '../../threads/serve.ts';
import { scoresWork } from './scores-work.ts';

serve(scoresWork);
