import { serve } from '../crew/serve.ts';
import { comparisonWork } from './comparison.ts';

serve(comparisonWork());
