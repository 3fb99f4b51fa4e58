import { serve } from '../../threads/serve.ts';
import { comparisonWork } from './comparison.ts';

serve(comparisonWork());
