import { CascadeError, messageOf } from '../../common/errors.ts';
import { serve } from '../threads/server.ts';
import { calls, type BackgroundCalls } from './calls.ts';

/** The body of the background thread. */
serve<BackgroundCalls>(calls, (error) => ({
  code: error instanceof CascadeError ? error.code : 'UNEXPECTED',
  message: messageOf(error),
}));
