export type { ColumnNames } from '../../operators/column-names.ts';
