import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { readStudy, studyJsonSchema } from '../../../common/study/index.ts';
import { outlinesOf } from '../../../main/studies/outlines.ts';
import { studyRules } from '../../../main/studies/rules.ts';
import { catalogue } from '../../../main/trainer/catalogue.ts';

const page = await readFile(new URL('../../../docs/study-files.md', import.meta.url), 'utf8');

describe('docs/study-files.md', () => {
  it('shows a study that is sound, and as many runs as it says', async () => {
    const [, text] = /```yaml\n(study:.*?)```/s.exec(page)!;
    const { problems, runs } = readStudy(text!, catalogue, studyRules(await outlinesOf(text!)));
    expect(problems).toEqual([]);
    expect(runs).toHaveLength(9);
    expect(runs.filter(({ control }) => control !== null)).toHaveLength(6);
  });

  it('shows YAML alone', () => {
    for (const [, text] of page.matchAll(/```yaml\n(.*?)```/gs)) expect(parse(text!)).toBeTypeOf('object');
  });

  it('names every component and option of the catalogue, with its default', () => {
    for (const { name, options } of Object.values(catalogue).flat()) {
      expect(page).toContain(`\`${name}\``.replace('`one-shot`', 'name: one-shot'));
      for (const [option, field] of Object.entries(options.shape)) {
        if (option === 'name') continue;
        expect(page).toMatch(new RegExp(`\\b${option}\\b`));
        const standard = z.safeParse(field as z.ZodType, undefined);
        if (standard.data === undefined || standard.data === null) continue;
        const written = Array.isArray(standard.data)
          ? `[${standard.data.join(', ')}]`
          : String(standard.data);
        expect(page, `${name}.${option}`).toMatch(
          new RegExp(`\`${option}\` \\(${written.replace(/[[\]]/g, '\\$&')}\\)`),
        );
      }
    }
  });
});

it('resources/study.schema.json is the schema of the catalogue as it is', async () => {
  const published = await readFile(new URL('../../../resources/study.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(studyJsonSchema(catalogue));
});
