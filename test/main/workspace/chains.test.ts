import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { connect } from '../../../main/workspace/database.ts';
import { Reader } from '../../../main/workspace/reader/reader.ts';
import { Writer } from '../../../main/workspace/writer/writer.ts';
import {
  APPLICATION,
  generator,
  LAYERS,
  newRun,
  recordOf,
  RUN,
  temporaryFolder,
  THRESHOLDS,
} from './fixtures.ts';
import { planeBytes, planeCount, type EpochRecord } from '../../../common/records.ts';

/** Epochs whose planes change by a few bits each, and wholly at the given ones. */
function slowRecords(epochs: number, upheavals: readonly number[]): EpochRecord[] {
  const random = generator(5);
  let planes = recordOf(0).layers.map((layer) => layer.planes);
  return Array.from({ length: epochs }, (_, epoch) => {
    planes = upheavals.includes(epoch)
      ? recordOf(epoch).layers.map((layer) => layer.planes)
      : planes.map((before) => {
          const after = before.slice();
          if (random() < 0.5) after[Math.floor(random() * after.length)]! ^= 1;
          return after;
        });
    const record = recordOf(epoch);
    record.layers.forEach((layer, index) => (layer.planes = planes[index]!.slice()));
    return record;
  });
}

function store(folder: string, records: readonly EpochRecord[]): Writer {
  const writer = new Writer(folder, APPLICATION);
  writer.addRun(newRun(RUN));
  for (const record of records) writer.recordEpoch(RUN, structuredClone(record), null, [], null);
  return writer;
}

describe('chains of planes', () => {
  it('give every epoch to the bit, in whatever order they are asked for', () => {
    const folder = temporaryFolder();
    const records = slowRecords(150, [70, 71, 100]);
    const writer = store(folder, records);
    const seek = fc.tuple(fc.integer({ min: 0, max: 149 }), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(seek, { minLength: 1, maxLength: 60 }), (seeks) => {
        const reader = new Reader(folder);
        for (const [epoch, position] of seeks) {
          const frame = reader.planeFrame(RUN, epoch, LAYERS[position]!.name);
          expect(decodeFrame('planes', frame.buffer).body).toEqual(records[epoch]!.layers[position]!.planes);
        }
        reader.close();
      }),
      { numRuns: 25 },
    );
    writer.close();
  });

  interface Row {
    layer: number;
    epoch: number;
    key: number;
    size: number;
  }
  const rowsOf = (folder: string): Row[] => {
    const database = connect(join(folder, 'workspace.sqlite'), 'read');
    try {
      return database
        .prepare(
          'select layer, epoch, key_epoch as key, length(bytes) as size from planes order by layer, epoch',
        )
        .all() as Row[];
    } finally {
      database.close();
    }
  };

  it('start anew once their patches are as large as their key', () => {
    const folder = temporaryFolder();
    store(folder, slowRecords(200, [90])).close();
    const rows = rowsOf(folder);
    expect(rows).toHaveLength(400);
    for (const { layer, epoch, key } of rows) {
      const chain = rows.filter((row) => row.layer === layer && row.key === key);
      const before = chain.filter((row) => row.epoch > key && row.epoch < epoch);
      expect(chain[0]!.epoch).toBe(key);
      if (epoch > key) expect(before.reduce((sum, row) => sum + row.size, 0)).toBeLessThan(chain[0]!.size);
    }
    expect(rows.filter(({ epoch, key }) => epoch === key).length).toBeGreaterThan(4);
  });

  it('start anew after 64 epochs in which nothing changed', () => {
    const folder = temporaryFolder();
    const random = generator(3);
    const weights = 40_000;
    const planes = Uint8Array.from(
      { length: planeCount(THRESHOLDS) * planeBytes(weights) },
      () => random() * 256,
    );
    const records = Array.from({ length: 70 }, (_, epoch): EpochRecord => {
      const record = recordOf(epoch);
      return { ...record, layers: [{ ...record.layers[0]!, weights, planes: planes.slice() }] };
    });
    store(folder, records).close();
    const rows = rowsOf(folder);
    expect(rows.map(({ key }) => key)).toEqual(rows.map(({ epoch }) => (epoch < 64 ? 0 : 64)));
    expect(rows[1]!.size).toBeLessThan(50);
  });

  it('go on after the writer has forgotten everything', () => {
    const folder = temporaryFolder();
    const records = slowRecords(20, []);
    store(folder, records.slice(0, 10)).close();
    const writer = new Writer(folder, APPLICATION);
    for (const record of records.slice(10)) {
      expect(writer.recordEpoch(RUN, structuredClone(record), null, [], null)).toBe('stored');
      writer.setState(RUN, 'stopped', null);
    }
    const reader = new Reader(folder);
    for (const { epoch, layers } of records)
      for (const { name, planes } of layers)
        expect(decodeFrame('planes', reader.planeFrame(RUN, epoch, name).buffer).body).toEqual(planes);
    expect(writer.recordEpoch(RUN, structuredClone(records[12]!), null, [], null)).toBe('known');
    reader.close();
    writer.close();
  });
});
