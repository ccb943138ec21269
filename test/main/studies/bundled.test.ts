import { expect, test } from 'vitest';
import { readStudy } from '../../../main/studies/language/index.ts';
import { bundledStudies } from '../../../main/studies/bundled.ts';
import { StudyError } from '../../../main/studies/problems.ts';
import { outlinesOf } from '../../../main/studies/outlines.ts';
import { namesIn } from '../../../main/studies/study-names.ts';
import { studyRules } from '../../../main/studies/rules.ts';
import { components } from '../../../main/trainer/components.ts';

test('the bundled studies can all be run, the starter first', async () => {
  const studies = await bundledStudies();
  expect(studies[0]!.name).toBe('starter');
  expect(new Set(studies.map(({ name }) => name)).size).toBe(studies.length);
  for (const { name, title, text } of studies) {
    const { problems, runs } = readStudy(
      text,
      components,
      studyRules(await outlinesOf(namesIn(text).datasets)),
    );
    expect(problems, name).toEqual([]);
    expect(runs.length).toBeGreaterThan(0);
    expect(title).not.toBe('');
  }
});

test('every pruned run of the starter has its control', async () => {
  const [starter] = await bundledStudies();
  const { runs } = readStudy(
    starter!.text,
    components,
    studyRules(await outlinesOf(namesIn(starter!.text).datasets)),
  );
  const pruned = runs.filter(({ specification }) => specification.pruning !== null);
  expect(pruned.length).toBeGreaterThanOrEqual(2);
  for (const { control, seed, specification } of pruned) {
    const twin = runs[control!]!;
    expect(twin.seed).toBe(seed);
    expect(twin.specification).toEqual({ ...specification, pruning: null });
  }
});

test('a refused study names the file, the line, and how many problems more there are', () => {
  const problem = { line: 3, column: 1, key: 'arms', message: 'arms: is missing' };
  const error = new StudyError('mine.yaml', [problem, problem, problem]);
  expect(error).toMatchObject({ code: 'INVALID_STUDY' });
  expect(error.message).toMatch(/^mine\.yaml cannot be run: line 3.*is missing \(and 2 more\)$/);
  expect(new StudyError('mine.yaml', []).message).toMatch(/mine\.yaml/);
});
