import { expect, it } from 'vitest';
import { RunControl } from '../../../main/runs/run-control.ts';
import {
  COMMAND_PAUSE,
  COMMAND_RUN,
  COMMAND_STOP,
  CONTROL_ACKNOWLEDGED,
  CONTROL_COMMAND,
} from '../../../main/trainer/messages.ts';

it('pauses, goes on, and stops for good', () => {
  const control = new RunControl();
  const words = new Int32Array(control.memory);
  expect(words[CONTROL_COMMAND]).toBe(COMMAND_RUN);
  control.pause();
  expect(words[CONTROL_COMMAND]).toBe(COMMAND_PAUSE);
  control.run();
  expect(words[CONTROL_COMMAND]).toBe(COMMAND_RUN);
  control.acknowledge();
  control.acknowledge();
  expect(words[CONTROL_ACKNOWLEDGED]).toBe(2);
  control.stop();
  // A full disk that pauses a run, or a person who lets it go on, does not undo that it was stopped.
  control.pause();
  control.run();
  expect(words[CONTROL_COMMAND]).toBe(COMMAND_STOP);
});
