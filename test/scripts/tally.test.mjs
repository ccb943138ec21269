import { expect, test } from 'vitest';
import { summary, tally } from '../../scripts/lib/tally.mjs';

const good = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

test('tests are counted', () => {
  expect(tally(good, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  const failed = { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'failed' }] };
  const bad = { ...good, success: false, numFailedTests: 2, testResults: [failed] };
  expect(tally(bad, 1)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test.each([
  ['a file that could not be collected', { status: 'failed', assertionResults: [] }],
  ['a hook that failed after its tests', { status: 'failed', assertionResults: [{ status: 'passed' }] }],
])('%s is a failure', (_what, file) => {
  const report = { ...good, success: false, testResults: [...good.testResults, file, file] };
  expect(tally(report, 1).failed).toBe(2);
});

test('an end without a report, and one that nothing explains, are failures', () => {
  expect(tally(null, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(tally(good, 1).failed).toBe(1);
  expect(tally({ ...good, success: false }, 0).failed).toBe(1);
});

test('the last line', () => {
  expect(summary({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(summary({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
});
