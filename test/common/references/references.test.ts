import { expect, test } from 'vitest';
import {
  guessColumns,
  readReferences,
  referenceCurves,
  referenceDocument,
} from '../../../common/references/references.ts';
import { readCsv } from '../../../common/tables/read-csv.ts';

/** In the columns of published data: a mean over seeds for each network, method and share that is kept. */
const PUBLISHED = `network,retrain,density,time,mean,std,count
resnet20,finetune,0.5,10,0.91,0.01,3
resnet20,finetune,0.25,10,0.9,0.02,3
resnet20,rewind,0.5,10,0.92,0.01,3
resnet20,rewind,0.2,10,0.915,,3
resnet56,finetune,0.5,10,0.93,0.01,3
resnet56,finetune,0.5,20,NaN,0.01,3
`;
const read = (text: string, source = 'Somebody, 2020') =>
  readReferences({ source, text, columns: guessColumns(readCsv(text)) });

test('what columns tell is guessed by their names and contents', () => {
  expect(guessColumns(readCsv(PUBLISHED)).map(({ meaning }) => meaning)).toEqual([
    { as: 'curve' },
    { as: 'curve' },
    { as: 'quantity', quantity: 'kept' },
    { as: 'curve' },
    { as: 'quantity', quantity: 'testAccuracy' },
    { as: 'spread', of: 'testAccuracy' },
    { as: 'count' },
  ]);
  const ours = readCsv('epoch,mask_sparsity,shed_of_kept_1e-4,Accuracy (%),accuracy_se\n1,0.5,0.1,93,0.5\n');
  expect(guessColumns(ours)).toEqual([
    { meaning: { as: 'quantity', quantity: 'epoch' }, percent: false },
    { meaning: { as: 'quantity', quantity: 'pruned' }, percent: false },
    { meaning: { as: 'quantity', quantity: 'shed(1e-4)' }, percent: false },
    { meaning: { as: 'quantity', quantity: 'testAccuracy' }, percent: true },
    { meaning: { as: 'spread', of: 'testAccuracy' }, percent: false },
  ]);
});

test('curves are rows that have their words in common, by x; each is called by what tells it from the others', () => {
  const references = read(PUBLISHED);
  expect(references.quantities).toEqual(['pruned', 'testAccuracy', 'compression(masked)']);
  expect(references.keys).toEqual([
    { name: 'network', values: ['resnet20', 'resnet56'] },
    { name: 'retrain', values: ['finetune', 'rewind'] },
    { name: 'time', values: ['10', '20'] },
  ]);
  const { curves, left } = referenceCurves(
    references,
    'published',
    { network: 'resnet20' },
    'compression(masked)',
    'testAccuracy',
  );
  expect(left).toBe(0);
  expect(curves).toEqual([
    {
      label: 'finetune',
      source: 'Somebody, 2020',
      points: [
        { x: 2, y: 0.91, low: 0.9, high: 0.92, n: 3 },
        { x: 4, y: 0.9, low: 0.88, high: 0.92, n: 3 },
      ],
    },
    {
      label: 'rewind',
      source: 'Somebody, 2020',
      points: [
        { x: 2, y: 0.92, low: expect.closeTo(0.91) as number, high: 0.93, n: 3 },
        { x: expect.closeTo(5, 12) as number, y: 0.915, n: 3 },
      ],
    },
  ]);
  const all = referenceCurves(references, 'published', {}, 'pruned', 'testAccuracy');
  // The row whose accuracy is not a number is left out, and counted.
  expect(all.curves.map(({ label }) => label)).toEqual([
    'resnet20, finetune, 10',
    'resnet20, rewind, 10',
    'resnet56, finetune, 10',
  ]);
  expect(all.left).toBe(1);
  expect(referenceCurves(references, 'published', {}, 'epoch', 'testAccuracy').curves).toEqual([]);
});

test('hundredths, decimal commas and signs of hundredths give the same numbers', () => {
  const plain = read('compression,accuracy\n2,0.935\n4,0.92\n');
  for (const text of [
    'compression,accuracy (%)\n2,93.5\n4,92\n',
    '\uFEFFcompression;accuracy\r\n2;93,5\r\n4;92\r\n',
    'compression,accuracy\n2,93.5%\n4,92%\n',
    'compression,error\n2,0.065\n4,0.08\n',
    'sparsity,accuracy\n50%,93.5%\n75%,92%\n',
  ]) {
    const found = read(text);
    for (const name of ['pruned', 'compression(masked)', 'testAccuracy'])
      found.values
        .get(name)!
        .forEach((value, row) => expect(value, text).toBeCloseTo(plain.values.get(name)![row]!, 12));
  }
});

test.each([
  ['compression,accuracy\n2,0.9\n4,abc\n', 'Line 3, column 2 (accuracy): ‘abc’ is no number.'],
  ['compression,accuracy\n2,0.9\n4,inf\n', 'Line 3, column 2 (accuracy): ‘inf’ is no number.'],
  ['compression,accuracy\n2,0.9\n4,1e999\n', 'Line 3, column 2 (accuracy): ‘1e999’ is no number.'],
  [
    'compression,accuracy\n2,0.9\n\n-4,0.8\n',
    'Line 4, column 1 (compression): -4 is out of range: such a number is a factor',
  ],
  [
    'compression,accuracy\n2,93\n4,930\n',
    'Line 3, column 2 (accuracy): 930 is out of range: such a number is a share',
  ],
  ['compression,acc,std\n2,0.9,-1\n', 'Line 2, column 3 (std): -1 is below 0.'],
  ['compression,name\n2,a\n', 'Two quantities make a curve'],
  ['density,sparsity,acc\n0.5,0.5,0.9\n', 'Column 2 (sparsity) tells what another column tells already.'],
])('%j is refused in a sentence', (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});

test('a column may be told otherwise than it was guessed, and a document keeps it', () => {
  const text = 'a,b\n2,0.9\n4,0.8\n';
  const columns = [
    { meaning: { as: 'quantity', quantity: 'speedUp(masked)' } },
    { meaning: { as: 'quantity', quantity: 'testAccuracy' } },
  ];
  const document = referenceDocument.parse({ source: ' Us ', file: 'a.csv', text, columns });
  expect(document.source).toBe('Us');
  expect(readReferences(document).quantities).toEqual(['speedUp(masked)', 'testAccuracy']);
  columns[0]!.meaning.quantity = 'nothing(masked)';
  expect(referenceDocument.safeParse({ source: 'Us', file: 'a.csv', text, columns }).success).toBe(false);
});

test('thousands of rows are read at once', () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => `curve ${row % 40},${1 + row},0.5`);
  const references = read(`name,compression,accuracy\n${rows.join('\n')}\n`);
  const { curves } = referenceCurves(references, 'many', {}, 'compression(masked)', 'testAccuracy');
  expect(curves).toHaveLength(40);
  expect(curves.reduce((sum, { points }) => sum + points.length, 0)).toBe(20_000);
});
