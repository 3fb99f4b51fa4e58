import type { Engine } from './engine.ts';

/** Requirements of an engine that `auto` takes. */
export interface CandidateOptions {
  /** Threads of the engine, 1 or more. @default the cores that this process may use */
  readonly threads?: number | undefined;
  /** Is told beforehand of a trial that will take minutes, and of a card that lies idle. @default nobody is */
  readonly announce?: ((text: string) => void) | undefined;
}

/** Candidate of `auto` and `doctor`: an engine on a device. */
export interface EngineCandidate {
  /** Such as `tensorflow on CUDA`. */
  readonly title: string;
  /** Engine name; of the two only `onnx` opens ONNX files too, not only the networks of `train`. */
  readonly engine: 'tensorflow' | 'onnx';
  /** Probes whether it works here and is worth taking. Opens nothing; errors are faults of ours. */
  readonly assess: (options: CandidateOptions) => Promise<Assessment>;
}

/** Verdict on a candidate. */
export type Assessment =
  | {
      readonly usable: true;
      /** Device in words. */
      readonly device: string;
      readonly open: () => Promise<Engine>;
    }
  | {
      readonly usable: false;
      /**
       * True for a broken installation, such as a package that is installed and does not load. That
       * an optional package or a graphics card is not there is no fault.
       */
      readonly broken: boolean;
      /** Reason, with the way out. */
      readonly reason: string;
    };
