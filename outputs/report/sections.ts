import type { ReportSection } from './material/report-section.ts';
import { metricsSection } from './sections/metrics.ts';

/** Every section of a report by its name, which is also its id in the page; in the order of the page. */
export const reports: Readonly<Record<string, ReportSection>> = {
  metrics: metricsSection,
};
