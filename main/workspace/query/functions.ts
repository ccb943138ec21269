import { isFreed } from '../../../common/cascade/freed.ts';
import { flatSpecification } from '../../../common/fields/flat-specification.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  LATER_CHANNEL_FIELDS,
  laterRow,
  shedAndInertRow,
  shedRow,
} from '../../../common/records.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import type { SqlValue } from '../../../common/sql/schema.ts';
import { thresholdLabel, type Threshold } from '../../../common/thresholds.ts';
import { decodeChannelTables } from '../channel-tables.ts';
import { decompress, decompressFloats } from '../compression.ts';
import type { Connection } from '../database.ts';

/** Functions that the views read what is packed with. What they are given by others than the views is refused by an error. */
export function addFunctions(database: Connection): void {
  const labels = new Map<string, string>();
  database.function('threshold_label', { deterministic: true }, (definition: unknown) => {
    const text = String(definition);
    let label = labels.get(text);
    if (label === undefined) labels.set(text, (label = thresholdLabel(JSON.parse(text) as Threshold)));
    return label;
  });
  database.table('specification_rows', {
    columns: ['key', 'value'],
    parameters: ['specification'],
    rows: specificationRows,
  });
  database.table('class_rows', {
    columns: ['class', 'examples', 'correct'],
    parameters: ['examples_packed', 'correct_packed'],
    rows: classRows,
  });
  database.table('prediction_rows', {
    columns: ['image', 'label', 'predicted', 'margin'],
    parameters: ['labels_packed', 'predicted_packed', 'margins_packed'],
    rows: predictionRows,
  });
  database.table('channel_rows', {
    columns: [
      'layer',
      'channel',
      ...CHANNEL_FIELDS,
      ...LATER_CHANNEL_FIELDS,
      'freed',
      'shed',
      'shedAndInert',
    ],
    parameters: ['packed', 'layers', 'thresholds'],
    rows: channelTableRows,
  });
}

function* specificationRows(specification: unknown): Generator<SqlValue[]> {
  for (const [key, value] of flatSpecification(readSpecification(String(specification))))
    yield [
      key,
      typeof value === 'boolean'
        ? Number(value)
        : typeof value === 'object' && value !== null
          ? JSON.stringify(value)
          : (value as SqlValue),
    ];
}

function* classRows(examples: unknown, correct: unknown): Generator<SqlValue[]> {
  const [all, right] = [new Int32Array(unpacked(examples)), new Int32Array(unpacked(correct))];
  for (let index = 0; index < right.length; index++) yield [index, all[index] ?? null, right[index]!];
}

function* predictionRows(labels: unknown, predicted: unknown, margins: unknown): Generator<SqlValue[]> {
  const [right, answers] = [new Uint16Array(unpacked(labels)), new Uint16Array(unpacked(predicted))];
  const all = decompressFloats(blobOf(margins));
  for (let image = 0; image < right.length; image++)
    yield [image, right[image]!, answers[image]!, finite(all[image]!)];
}

function* channelTableRows(packed: unknown, layerList: unknown, count: unknown): Generator<SqlValue[]> {
  const thresholds = Number(count);
  const layers = (JSON.parse(String(layerList)) as [string, number][]).map(([name, channels]) => ({
    name,
    channels,
  }));
  const tables = decodeChannelTables(blobOf(packed), layers, thresholds);
  const fields = [
    ...CHANNEL_FIELDS.keys(),
    ...LATER_CHANNEL_FIELDS.map((field) => laterRow(field, thresholds)),
  ];
  const ladder = Array.from({ length: thresholds }, (_, threshold) => threshold);
  let offset = 0;
  for (const { name, channels } of layers) {
    const at = (row: number, channel: number): number => tables[offset + row * channels + channel]!;
    for (let channel = 0; channel < channels; channel++) {
      const residual = at(laterRow('residual', thresholds), channel);
      yield [
        name,
        channel,
        ...fields.map((row) => finite(at(row, channel))),
        Number.isFinite(residual) ? Number(isFreed(residual)) : null,
        JSON.stringify(ladder.map((threshold) => at(shedRow(threshold), channel))),
        JSON.stringify(ladder.map((threshold) => at(shedAndInertRow(threshold, thresholds), channel))),
      ];
    }
    offset += channelRows(thresholds) * channels;
  }
}

function blobOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('only what a workspace stores can be unpacked');
}

/** A copy of the content, which begins where numbers may. */
function unpacked(value: unknown): ArrayBuffer {
  return Uint8Array.from(decompress(blobOf(value))).buffer;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
