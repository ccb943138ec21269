import { CascadeError } from '../../common/errors.ts';

/** Thrown where whoever asked a thread does not wait for the answer any more. */
export class CancelledError extends CascadeError {
  constructor() {
    super('CANCELLED', 'The call was cancelled: its answer is no longer needed.');
  }
}
