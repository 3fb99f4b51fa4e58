/** Read-outs of a step by the columns of `metrics.arrows`, with `step`, from 0, among them. */
export type StepRow = Readonly<Record<string, number>>;

/** Draws of one class in the first steps of a run. */
export interface ClassDraws {
  readonly name: string;
  /** Images of the class. */
  readonly images: number;
  /** Places of batches that the class filled. */
  readonly draws: number;
}

/** What is known of a run before its first step. */
export interface WatchedRun {
  /** Classes whose rows the loss tells apart; 1 where views of one image are the positives. */
  readonly classes: number;
  /** Rows of a batch: images times views. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
  /** Steps of linear warm-up. */
  readonly warmupSteps: number;
  /** What so many steps draw of each class. */
  readonly drawn: (steps: number) => readonly ClassDraws[];
}

/** What an alarm says: that something is wrong, and what to try. */
export interface AlarmText {
  readonly text: string;
  /** Options of the library that the text names. */
  readonly options: readonly string[];
}

/** Detector of one thing that goes wrong: a fold over the rows of a run, in order. */
export interface AlarmRule {
  /** One line of Markdown: when it is raised. */
  readonly doc: string;
  /** Begins to watch a run; each row is seen once. Gives a text when the alarm is to be raised. */
  readonly watch: (run: WatchedRun) => (row: StepRow) => AlarmText | undefined;
}
