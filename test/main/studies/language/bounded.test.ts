import { describe, expect, it } from 'vitest';
import { completeStudy } from '../../../../common/study/completion/complete.ts';
import { explainStudy } from '../../../../common/study/completion/explain.ts';
import type { Schema } from '../../../../common/study/completion/leaves.ts';
import { studyJsonSchema } from '../../../../main/studies/language/index.ts';
import { components, read, SOUND } from './components.ts';

/** So many lines or pieces, each made from its number. */
const many = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');

/**
 * Texts that took seconds to hours when reading was quadratic in the errors, keys, aliases or equal values of a text.
 * Each is answered in a fraction of a second; the limit leaves room for a busy machine.
 */
const LIMIT_MS = 10_000;
const MISTAKEN: [string, string][] = [
  ['an open quote on each line', many(60_000, (index) => `a${index}: "x\n`)],
  [
    'lines of JSON',
    many(9_000, (index) => `${JSON.stringify({ epoch: index, loss: [0.5], text: "it's" })}\n`),
  ],
  ['a program', many(9_000, (index) => `def f${index}(a):\n    """doc"""\n    return {a: [b], 'k': a}\n`)],
  ['a log', many(10_000, (index) => `[12:00:${index}] INFO trainer: epoch {loss: 0.5} 'done'\n`)],
  ['a page of HTML', many(20_000, (index) => `<p class="a">it's & &amp; ${index}: {x}</p>\n`)],
  ['bytes that are no text', many(100_000, (index) => String.fromCharCode(index % 256))],
  ['NULs', '\0'.repeat(500_000)],
  ['many keys', many(80_000, (index) => `key${index}: 1\n`)],
  ['one key again and again', 'key: 1\n'.repeat(80_000)],
  ['many aliases', `a: &a 1\nb: [${'*a,'.repeat(80_000)}]\n`],
  ['many anchors', many(20_000, (index) => `k${index}: &a${index} 1\nl${index}: *a${index}\n`)],
  ['open brackets', `a: ${'['.repeat(100_000)}`],
  ['open braces', `a: ${'{a: '.repeat(50_000)}`],
  ['dashes within dashes', `${'- '.repeat(100_000)}x`],
  ['many documents', 'a: 1\n---\n'.repeat(60_000)],
  ['many directives', '%YAML 9.9\n'.repeat(60_000)],
  ['wrong escapes', `a: "${'\\q'.repeat(300_000)}"`],
  ['a long word', `study: ${'x'.repeat(900_000)}`],
  ['a long key', `${'k'.repeat(900_000)}: 1`],
  ['a text of more than a million letters', `# ${'x'.repeat(1_000_001)}\n${SOUND}`],
  ['equal seeds', SOUND.replace('seeds: [0, 1]', `seeds: [${'1,'.repeat(60_000)}]`)],
  ['equal thresholds', SOUND.replace('epochs: 5', `epochs: 5\n  thresholds: [${'1e-3,'.repeat(60_000)}]`)],
  ['a long number', SOUND.replace('epochs: 5', `epochs: 5\n  thresholds: ['${'1'.repeat(19_000)}x']`)],
  ['equal values of a grid', `${SOUND}grid:\n  batchSize: [${'1,'.repeat(60_000)}]\n`],
  ['values of a grid that are none', `${SOUND}grid:\n  batchSize: [${many(4_000, (at) => `x${at},`)}]\n`],
  ['settings of a grid that are none', `${SOUND}grid:\n${many(1_900, (at) => `  k${at}: [1]\n`)}`],
  ['equal names of arms', `${SOUND}${'  - name: a\n'.repeat(25_000)}`],
  ['arms that are none', `${SOUND}${'  - 1\n'.repeat(25_000)}`],
  ['settings that are none', `${SOUND}${many(1_900, (at) => `    k${at}: 1\n`)}`],
  [
    'one mistake in many arms',
    `${SOUND}${many(1_000, (at) => `  - {name: x${at}, epochs: none, loss: non}\n`)}`,
  ],
];

describe('a mistaken text is answered at once, with a list that a person can read', () => {
  it.for(MISTAKEN)('%s', { timeout: LIMIT_MS }, ([, text]) => {
    const { study, problems } = read(text);
    expect(study).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(21);
    for (const { key, message } of problems) {
      expect(key.length).toBeLessThan(1_000);
      expect(message.length).toBeLessThan(1_000);
    }
  });

  it('says that there may be more, after the first twenty in the order of the file', () => {
    const { problems } = read(many(5_000, (index) => `a${index}: "x\n`));
    expect(problems.slice(0, 20).map(({ line }) => line)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    expect(problems[20]).toEqual({
      line: null,
      column: null,
      key: '',
      message: 'these are the first 20 problems; correct them to see whether there are more',
    });
  });

  it('tells what kind of file it is not', () => {
    expect(read('study: a\0').problems[0]!.message).toMatch(/control character \(U\+0000\)/);
    expect(read(`a: ${'[\n '.repeat(200)}`).problems[0]!.message).toMatch(/nested 100 deep/);
    expect(read(`a: ${'x'.repeat(20_001)}`).problems[0]!.message).toMatch(/has 20001 characters/);
  });
});

describe('suggestions and explanations never hold up who types', () => {
  const schema = studyJsonSchema(components) as Schema;
  it.for([
    ...MISTAKEN,
    ['spaces in a line', `x${' '.repeat(190_000)}y: 1`],
    ['spaces in lines', `x${' '.repeat(1_990)}y\n`.repeat(95)],
    ['brackets on lines of their own', '[\n'.repeat(90_000)],
    ['open quotes', `"${'a'.repeat(100)}\n`.repeat(1_900)],
  ] satisfies [string, string][])('%s', { timeout: LIMIT_MS }, ([, text]) => {
    for (const caret of [0, text.length >> 1, text.length])
      for (const ask of [completeStudy, explainStudy]) expect(() => ask(text, caret, schema)).not.toThrow();
  });
});
