import type { ReportSection } from './material/report-section.ts';
import { calibrationSection } from './sections/calibration.ts';
import { classSimilaritiesSection } from './sections/class-similarities.ts';
import { classesSection } from './sections/classes.ts';
import { comparisonSection } from './sections/comparison.ts';
import { confusionSection } from './sections/confusion.ts';
import { curvesSection } from './sections/curves.ts';
import { driftSection } from './sections/drift.ts';
import { duplicatesSection } from './sections/duplicates.ts';
import { headlineSection } from './sections/headline.ts';
import { mapSection } from './sections/map.ts';
import { metricsSection } from './sections/metrics.ts';
import { mistakesSection } from './sections/mistakes.ts';
import { neighboursSection } from './sections/neighbours.ts';
import { selectionSection } from './sections/selection.ts';
import { settingsSection } from './sections/settings.ts';
import { similaritiesSection } from './sections/similarities.ts';
import { suspectsSection } from './sections/suspects.ts';
import { trainingSection } from './sections/training.ts';
import { transferSection } from './sections/transfer.ts';
import { validationSection } from './sections/validation.ts';

/** Every section of a report by its name, which is also its id in the page; in the order of the page. */
export const reports: Readonly<Record<string, ReportSection>> = {
  headline: headlineSection,
  similarities: similaritiesSection,
  'class-similarities': classSimilaritiesSection,
  map: mapSection,
  comparison: comparisonSection,
  metrics: metricsSection,
  classes: classesSection,
  confusion: confusionSection,
  curves: curvesSection,
  calibration: calibrationSection,
  transfer: transferSection,
  mistakes: mistakesSection,
  suspects: suspectsSection,
  duplicates: duplicatesSection,
  neighbours: neighboursSection,
  selection: selectionSection,
  drift: driftSection,
  training: trainingSection,
  validation: validationSection,
  settings: settingsSection,
};
