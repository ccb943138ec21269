import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { readStudy, studyJsonSchema } from '../../../../main/studies/language/index.ts';
import { componentKindsOf } from '../../../../common/component-kinds.ts';
import { settingsSchema } from '../../../../main/studies/language/schema.ts';
import { measuresMarkdown } from '../../../../main/cli/measures.ts';
import { schemaMarkdown } from '../../../../main/cli/sql-schema.ts';
import { sqlSchema } from '../../../../main/workspace/query/views/registry.ts';
import { componentsMarkdown } from '../../../../main/cli/components-markdown.ts';
import { outlinesOf } from '../../../../main/studies/outlines.ts';
import { namesIn } from '../../../../main/studies/study-names.ts';
import { studyRules } from '../../../../main/studies/rules.ts';
import { components } from '../../../../main/trainer/components.ts';
import { describeComponents } from '../../../../main/studies/describe-components.ts';

const text = (path: string): Promise<string> =>
  readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const page = await text('docs/study-files.md');
const formats = await text('docs/formats.md');
const measures = await text('docs/measures.md');
const generated = await text('docs/components.md');

describe('docs/study-files.md', () => {
  it.each([
    ['a whole study', 'random-or-magnitude', 9, 6],
    ['a grid', 'how-much', 21, 18],
    ['masks of another arm', 'tickets', 12, 12],
  ])('shows %s that is sound, and as many runs as it says', async (_, name, count, controlled) => {
    const study = [...page.matchAll(/```yaml\n(study:.*?)```/gs)].map(([, found]) => found!);
    const shown = study.find((found) => found.startsWith(`study: ${name}\n`))!;
    const { problems, runs } = readStudy(
      shown,
      components,
      studyRules(await outlinesOf(namesIn(shown).datasets)),
    );
    expect(problems).toEqual([]);
    const named = runs.filter(({ arms }) => arms.length > 0);
    expect(named).toHaveLength(count);
    expect(named.filter(({ control }) => control !== null)).toHaveLength(controlled);
  });

  it('shows YAML alone, and in its pieces settings that are sound', async () => {
    const [, whole] = /```yaml\n(study:.*?)```/s.exec(page)!;
    for (const [, indent, found] of page.matchAll(/^( *)```yaml\n(.*?)```/gms)) {
      const piece = parse(found!.replaceAll(`\n${indent!}`, '\n')) as Record<string, unknown>;
      expect(piece).toBeTypeOf('object');
      if (Object.hasOwn(piece, 'study')) continue;
      const study = parse(whole!) as { shared: object; arms: object[] };
      const own = Object.hasOwn(piece, 'schedule') ? { pruning: piece } : piece;
      const shared = { ...study.shared, model: 'depthwise-separable', epochs: 20 };
      const tried = JSON.stringify({ ...study, shared, arms: [{ name: 'a', ...own }] });
      expect(
        readStudy(tried, components, studyRules(await outlinesOf(namesIn(tried).datasets))).problems,
      ).toEqual([]);
    }
  });

  it('names every setting, with its default', () => {
    const { shape } = settingsSchema(components);
    for (const setting of [...Object.keys(shape), ...Object.keys(shape.pruning.unwrap().unwrap().shape)])
      expect(page).toContain(`| \`${setting}\``);
  });

  it('leads to places that are there', async () => {
    const headings = (markdown: string): string[] =>
      [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      );
    const pages = new Map([
      ['study-files.md', page],
      ['formats.md', formats],
      ['components.md', generated],
      ['measures.md', measures],
      ['sql.md', await text('docs/sql.md')],
    ]);
    for (const [name, markdown] of pages)
      for (const [, file, place] of markdown.matchAll(/\]\(([a-z-]*\.md|)(?:#([^)]*))?\)/g)) {
        const target = pages.get(file === '' ? name : file!);
        expect(target, `${name} leads to ${file}`).toBeDefined();
        if (place !== undefined) expect(headings(target!), `${name} leads to #${place}`).toContain(place);
      }
  });
});

describe('what npm run generate writes is what it would write now', () => {
  it('docs/components.md', () => {
    expect(generated).toBe(`${componentsMarkdown(describeComponents())}\n`);
  });

  it('docs/measures.md', () => {
    expect(measures).toBe(`${measuresMarkdown()}\n`);
  });

  it('docs/sql.md', async () => {
    expect(await text('docs/sql.md')).toBe(`${schemaMarkdown(sqlSchema())}\n`);
  });

  it('resources/study.schema.json', async () => {
    expect(JSON.parse(await text('resources/study.schema.json'))).toEqual(studyJsonSchema(components));
  });

  it('with every component and option that there is', () => {
    for (const { name, title, source, options } of Object.values(components).flat()) {
      const section = generated.split(`### \`${name}\``).slice(1).join('');
      expect(section).toContain(title.replaceAll(/[\\`*_<>|[\]]/g, '\\$&'));
      if (source !== undefined) expect(section).toContain(source.slice(0, 10));
      for (const option of Object.keys(options.shape))
        if (option !== 'name') expect(generated, `${name}.${option}`).toContain(`\`${option}\``);
    }
  });

  it('under every setting that names components', () => {
    const settings = [
      ...componentKindsOf('run').map(([, { setting }]) => setting),
      ...componentKindsOf('pruning').map(([, { setting }]) => `pruning.${setting}`),
    ];
    for (const setting of settings) expect(generated).toContain(`Named by \`${setting}\`.`);
  });
});
