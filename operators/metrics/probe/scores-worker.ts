import { serve } from '../crew/serve.ts';
import { scoresWork } from './scores-work.ts';

serve(scoresWork);
