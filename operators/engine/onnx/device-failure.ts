import { PipelineError } from '../../errors.ts';

/** Why a device cannot be used here, and what helps. */
export class DeviceFailure extends PipelineError {
  /** Whether a graphics card was found, and does not compute as it should. */
  readonly cardFound: boolean;

  constructor(device: string, why: string, cardFound = false) {
    super('ERR_ENGINE', `The device \`${device}\` cannot be used here: ${why}`);
    this.cardFound = cardFound;
  }
}
