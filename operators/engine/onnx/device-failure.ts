import { PipelineError } from '../../errors.ts';

/** Error of a device that cannot be used here, with the way out. */
export class DeviceFailure extends PipelineError {
  /** True when a graphics card was found that does not compute as it should. */
  readonly cardFound: boolean;

  constructor(device: string, why: string, cardFound = false) {
    super('ERR_ENGINE', `The device \`${device}\` cannot be used here: ${why}`);
    this.cardFound = cardFound;
  }
}
