import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { encodeKey, encodePatch, packBits } from '../../../main/codec/planes.ts';
import { decompress } from '../../../main/workspace/compression.ts';
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
    base: number;
    size: number;
    /** Of the code of its planes: 1 bits, 2 changes of states. */
    version: number;
  }
  const rowsOf = (folder: string): Row[] => {
    const database = connect(join(folder, 'workspace.sqlite'), 'read');
    try {
      const rows = database
        .prepare('select layer, epoch, base, bytes from planes order by layer, epoch')
        .all() as (Omit<Row, 'size' | 'version'> & { bytes: Uint8Array })[];
      return rows.map(({ bytes, ...row }) => ({
        ...row,
        size: bytes.length,
        version: decompress(bytes)[0]!,
      }));
    } finally {
      database.close();
    }
  };

  /** Records of one layer of so many weights; `share` of the bits of `plane` are set from an epoch on. */
  function sparseRecords(
    weights: number,
    epochs: number,
    pruned: { epoch: number; share: number },
  ): EpochRecord[] {
    const random = generator(3);
    const planes = new Uint8Array(planeCount(THRESHOLDS) * planeBytes(weights));
    return Array.from({ length: epochs }, (_, epoch): EpochRecord => {
      if (epoch === pruned.epoch)
        for (let weight = 0; weight < weights; weight++)
          if (random() < pruned.share) planes[weight >>> 3]! |= 1 << (weight & 7);
      const record = recordOf(epoch);
      return { ...record, layers: [{ ...record.layers[0]!, weights, planes: planes.slice() }] };
    });
  }

  it('have an anchor after 64 epochs, sooner in large layers', () => {
    for (const [weights, longest] of [
      [40_000, 64],
      [600_000, 27],
    ] as const) {
      const folder = temporaryFolder();
      store(folder, sparseRecords(weights, longest * 2 + 2, { epoch: -1, share: 0 })).close();
      const anchors = rowsOf(folder).filter(({ epoch, base }) => base !== epoch - 1);
      expect(anchors.map(({ epoch }) => epoch)).toEqual([0, longest, longest * 2]);
    }
  });

  it('have an anchor where many weights are pruned at once, of which later anchors are changes', () => {
    const folder = temporaryFolder();
    const several = sparseRecords(600_000, 33, { epoch: 5, share: 0.4 });
    store(folder, several).close();
    const rows = rowsOf(folder);
    const anchors = rows.filter(({ epoch, base }) => base !== epoch - 1);
    expect(anchors.map(({ epoch, base }) => [epoch, base])).toEqual([
      [0, 0],
      [5, expect.any(Number)],
      [5 + 27, 5],
    ]);
    expect(rows[32]!.size).toBeLessThan(50);
    // In a large layer anchors are bits, which are read many times faster than changes of states.
    expect(anchors.map(({ version }) => version)).toEqual([1, 1, 1]);
    const reader = new Reader(folder);
    for (const epoch of [32, 4, 5, 31])
      expect(decodeFrame('planes', reader.planeFrame(RUN, epoch, LAYERS[0]!.name).buffer).body).toEqual(
        several[epoch]!.layers[0]!.planes,
      );
    reader.close();
    const few = temporaryFolder();
    store(few, sparseRecords(600_000, 12, { epoch: 5, share: 0.02 })).close();
    expect(rowsOf(few).every(({ epoch, base }) => base === Math.max(0, epoch - 1))).toBe(true);
  });

  it('begin anew after eight anchors', () => {
    const folder = temporaryFolder();
    const random = generator(9);
    // Every second epoch another seventh of the mask is drawn anew: each has an anchor.
    let pruned = packBits(Array.from({ length: 4000 }, () => random() < 0.5));
    const records = Array.from({ length: 40 }, (_, epoch): EpochRecord => {
      const turned = packBits(Array.from({ length: 4000 }, () => random() < 0.15));
      if (epoch % 2 === 0) pruned = pruned.map((byte, index) => byte ^ turned[index]!);
      const planes = new Uint8Array(planeCount(THRESHOLDS) * planeBytes(4000));
      planes.set(pruned);
      const record = recordOf(epoch);
      return { ...record, layers: [{ ...record.layers[0]!, weights: 4000, planes }] };
    });
    store(folder, records).close();
    const rows = rowsOf(folder);
    const anchorsBefore = (epoch: number): number => {
      const { base } = rows[epoch]!;
      if (base === epoch) return 1;
      return anchorsBefore(base) + (base === epoch - 1 ? 0 : 1);
    };
    expect(Math.max(...rows.map(({ epoch }) => anchorsBefore(epoch)))).toBe(8);
    expect(rows.filter(({ epoch, base }) => base === epoch).length).toBeGreaterThan(1);
  });

  it('are read as earlier versions stored them, and go on from there', () => {
    const folder = temporaryFolder();
    const records = slowRecords(12, [5]);
    store(folder, records.slice(0, 10)).close();
    const database = new Database(join(folder, 'workspace.sqlite'));
    const layers = database.prepare('select id from layers order by position').pluck().all() as number[];
    const put = database.prepare(
      'update planes set base = null, key_epoch = ?, bytes = ? where layer = ? and epoch = ?',
    );
    const count = planeCount(THRESHOLDS);
    layers.forEach((layer, position) => {
      for (let epoch = 0; epoch < 10; epoch++) {
        const planesAt = (at: number): Uint8Array => records[at]!.layers[position]!.planes;
        const key = epoch < 6 ? 0 : 6;
        const content =
          epoch === key
            ? encodeKey(planesAt(epoch), count)
            : encodePatch(planesAt(epoch - 1), planesAt(epoch), count);
        const header = Uint8Array.of(0, ...new Uint8Array(Uint32Array.of(content.length).buffer));
        put.run(key, Buffer.concat([header, content]), layer, epoch);
      }
    });
    database.close();
    const writer = new Writer(folder, APPLICATION);
    expect(writer.recordEpoch(RUN, structuredClone(records[9]!), null, [], null)).toBe('known');
    for (const record of records.slice(10)) writer.recordEpoch(RUN, structuredClone(record), null, [], null);
    const reader = new Reader(folder);
    for (const { epoch, layers } of [...records].reverse())
      for (const { name, planes } of layers)
        expect(decodeFrame('planes', reader.planeFrame(RUN, epoch, name).buffer).body).toEqual(planes);
    reader.close();
    writer.close();
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
