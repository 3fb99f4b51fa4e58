import type { ReportSection } from './material/report-section.ts';
import { comparisonSection } from './sections/comparison.ts';
import { headlineSection } from './sections/headline.ts';
import { metricsSection } from './sections/metrics.ts';
import { settingsSection } from './sections/settings.ts';

/** Every section of a report by its name, which is also its id in the page; in the order of the page. */
export const reports: Readonly<Record<string, ReportSection>> = {
  headline: headlineSection,
  metrics: metricsSection,
  comparison: comparisonSection,
  settings: settingsSection,
};
