import type { AlarmRule } from './alarm.ts';
import { collapse } from './collapse.ts';
import { contradictedLabels } from './contradicted-labels.ts';
import { divergence } from './divergence.ts';
import { dominatingClass, neverDrawn } from './drawn-classes.ts';
import { noPositives } from './no-positives.ts';
import { namesOf } from '../names-of.ts';

/** Alarm by name. */
export type AlarmName =
  | 'collapse'
  | 'divergence'
  | 'no-positives'
  | 'never-drawn'
  | 'dominating-class'
  | 'contradicted-labels';

/** Every alarm by name. */
export const alarmRules: Readonly<Record<AlarmName, AlarmRule>> = {
  collapse,
  divergence,
  'no-positives': noPositives,
  'never-drawn': neverDrawn,
  'dominating-class': dominatingClass,
  'contradicted-labels': contradictedLabels,
};

/** Every alarm by name. */
export const alarmNames: readonly [AlarmName, ...AlarmName[]] = namesOf(alarmRules);
