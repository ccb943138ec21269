import { parse } from 'yaml';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { studyJsonSchema } from '../../../../main/studies/language/index.ts';
import { components, RUN_SETTINGS, SOUND } from './components.ts';

const schema = studyJsonSchema(components);

/** Accepts what the JSON Schema accepts. */
function accepts(text: string): boolean {
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(parse(text)).success;
}

describe('the JSON Schema of study files', () => {
  it('is plain JSON of the draft that editors know', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it('tells an editor every key, name, title and description', () => {
    const { properties } = schema as {
      properties: Record<string, { properties: Record<string, { description: string }> }>;
    };
    const settings = properties['shared']!.properties;
    const keys = Object.keys(settings);
    expect(keys).toEqual(RUN_SETTINGS);
    expect(keys.slice(0, 5)).toEqual(['dataset', 'model', 'batchSize', 'epochs', 'optimizer']);
    expect(keys.slice(-3)).toEqual(['pruning', 'retraining', 'thresholds']);
    for (const { description } of Object.values(settings)) expect(description).toMatch(/\w/);
    const text = JSON.stringify(schema);
    for (const { name, title } of Object.values(components).flat()) {
      expect(text).toContain(`"const":"${name}"`);
      expect(text).toContain(title);
    }
    expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it.each([
    ['the sound study', (text: string) => text],
    [
      'a component as a mapping',
      (text: string) => text.replace('dataset: mnist', 'dataset: {name: mnist, train: 10}'),
    ],
    ['options without a name', (text: string) => `${text}    learningRate: {rate: 0.2}\n`],
    ['pruning removed', (text: string) => `${text}  - name: c\n    pruning: null\n`],
    ['thresholds of both kinds', (text: string) => `${text}    thresholds: [1e-3, '1e-3σ']\n`],
    ['all layers', (text: string) => text.replace('sparsity', 'layers: all\n      sparsity')],
    [
      'grids',
      (text: string) =>
        `${text}    grid: {pruning.sparsity: [0.5, 0.9], pruning.criterion: [random, {name: magnitude}], optimizer.momentum: [0]}\ngrid: {batchSize: [1, 2]}\n`,
    ],
    ['some layers', (text: string) => text.replace('sparsity', 'layers: {kinds: [dense]}\n      sparsity')],
  ])('accepts %s', (_, change) => {
    expect(accepts(change(SOUND))).toBe(true);
  });

  it.each([
    ['an unknown key', 'epochs: 5', 'epoch: 5'],
    ['an unknown name', 'criterion: random', 'criterion: rondom'],
    ['an unknown option', 'weightDecay: 1e-3', 'weightdecay: 1e-3'],
    ['a number out of range', 'sparsity: 0.5', 'sparsity: 5'],
    ['text for a number', 'batchSize: 64', 'batchSize: many'],
    ['no arms', 'arms:', 'legs:'],
    ['a grid of no setting', 'seeds: [0, 1]', 'seeds: [0, 1]\ngrid: {sparsity: [0.5]}'],
    ['a grid without a list', 'seeds: [0, 1]', 'seeds: [0, 1]\ngrid: {batchSize: 5}'],
    ['an empty list in a grid', 'seeds: [0, 1]', 'seeds: [0, 1]\ngrid: {batchSize: []}'],
    ['a value out of range in a grid', 'seeds: [0, 1]', 'seeds: [0, 1]\ngrid: {pruning.sparsity: [2]}'],
    ['a wrong threshold', 'epochs: 5', 'thresholds: [tiny]'],
  ])('refuses %s', (_, from, to) => {
    expect(accepts(SOUND.replace(from, to))).toBe(false);
  });
});
