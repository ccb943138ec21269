import { effectScope, nextTick, ref } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodeFrame, type ChannelCounts } from '../../../common/codec/frames.ts';
import { encodeRows } from '../../../common/codec/rows.ts';
import type { ChannelsAsked } from '../../../common/contract/schemas.ts';
import type { PrunableLayer } from '../../../common/network.ts';
import { channelRows } from '../../../common/records.ts';
import type { CascadeClient } from '../../../renderer/client/client.ts';
import { REST_MS } from '../../../renderer/replay/rest.ts';
import { useNewlyBlocked } from '../../../renderer/replay/use-blocked-channels.ts';
import { AHEAD, HELD, useChannelHistory } from '../../../renderer/replay/use-channel-history.ts';
import type { Workstation } from '../../../renderer/stores/workstation.ts';

const EPOCHS = Array.from({ length: 90 }, (_, epoch) => epoch);
/** ResNet-50's: tables of an epoch at one threshold take 1.2 MB. */
const CHANNELS = 26_560;
const ROWS = channelRows(1);
const EACH = ROWS * CHANNELS * 4;

type Asked<Of> = Of & { aborted: () => boolean };

function workstationOf(runs: Record<string, unknown>): Workstation {
  return {
    client: { runs } as unknown as CascadeClient,
    connection: ref('open'),
    generation: ref(1),
    listen: () => () => undefined,
  } as unknown as Workstation;
}

function frameOf({ from, to, threshold }: ChannelsAsked, counts?: ChannelCounts): Uint8Array<ArrayBuffer> {
  const epochs = EPOCHS.filter((epoch) => epoch >= from && epoch <= to);
  return encodeFrame(
    {
      kind: 'channels',
      next: null,
      thresholds: [threshold!],
      epochs,
      layers: [{ name: 'all', channels: CHANNELS, rows: ROWS }],
      ...(counts && { counts }),
    },
    new Uint8Array(epochs.length * EACH),
  );
}

/** Channels of a large network that are looked at; answers come by themselves, unless they are held back. */
function looking(keptBy: string | null = null, counts?: (asked: ChannelsAsked) => ChannelCounts | undefined) {
  const asked: Asked<ChannelsAsked>[] = [];
  let held: (() => void)[] | null = null;
  const channels = (input: ChannelsAsked, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      asked.push({ ...input, aborted: () => signal.aborted });
      const answer = () => resolve(frameOf(input, counts?.(input)));
      if (held === null) answer();
      else held.push(answer);
    });
  const [epoch, threshold] = [ref(40), ref<string | null>('1e-3')];
  const scope = effectScope();
  const loaded = scope.run(() =>
    useChannelHistory(workstationOf({ channels }), {
      id: ref('run'),
      epochs: ref(EPOCHS),
      epoch,
      threshold,
      keptBy: ref(keptBy),
    }),
  )!;
  const known = () => EPOCHS.filter((at) => loaded.history.value.has(at));
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  return { asked, epoch, threshold, scope, ...loaded, known, settle, hold: () => (held = []) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('channels are read around the moment and at its threshold, never whole', async () => {
  const { asked, known, settle, scope } = looking();
  await settle();
  expect(asked).toMatchObject([{ from: 40, to: 40, threshold: '1e-3' }]);
  expect(known()).toEqual([40]);
  await settle(REST_MS);
  const around = known();
  expect(around.length).toBe(Math.floor(AHEAD / EACH));
  expect([around[0], around.at(-1)]).toEqual([37, 43]);
  expect(asked.every(({ threshold }) => threshold === '1e-3')).toBe(true);
  await settle(60_000);
  expect(known()).toEqual(around);
  scope.stop();
});

test('after every epoch was looked at, no more is held than the budget says', async () => {
  const { epoch, history, known, settle, scope } = looking();
  for (const at of EPOCHS) {
    epoch.value = at;
    await settle();
    expect(history.value.has(at)).toBe(true);
    expect(history.value.bytes).toBeLessThanOrEqual(HELD);
  }
  await settle(REST_MS);
  expect(history.value.bytes).toBeLessThanOrEqual(HELD);
  // What is held is what is nearest.
  expect(known().at(-1)).toBe(89);
  expect(known()[0]).toBe(90 - Math.floor(HELD / EACH));
  scope.stop();
});

test('channels of a large control, which take long to count, are read where a moment is stayed at, and none ahead', async () => {
  const { asked, epoch, known, settle, scope } = looking('other');
  await settle(60_000);
  expect(asked).toMatchObject([{ from: 40, to: 40, keptBy: 'other' }]);
  for (const at of [3, 70, 20]) {
    epoch.value = at;
    await settle(REST_MS - 1);
    expect(asked).toHaveLength(1);
  }
  await settle(60_000);
  expect(asked.slice(1)).toMatchObject([{ from: 20, to: 20 }]);
  expect(known()).toEqual([20, 40]);
  scope.stop();
});

test('channels of a large control whose counts are stored are read at once, and ahead; one epoch without them ends that', async () => {
  // The run keeps all until epoch 10, after which nothing is counted; the counts of epoch 60 are not stored.
  const { asked, epoch, known, settle, scope } = looking('other', ({ from }) =>
    from < 10 ? undefined : from === 60 ? 'masks' : 'stored',
  );
  await settle(REST_MS);
  expect(known()).toEqual([37, 38, 39, 40, 41, 42, 43]);
  for (const at of [3, 70, 60]) {
    epoch.value = at;
    await settle();
    expect(asked.at(-1)).toMatchObject({ from: at, to: at });
  }
  epoch.value = 20;
  await settle(REST_MS - 1);
  expect(asked.at(-1)).toMatchObject({ from: 60 });
  await settle(1);
  expect(known()).toContain(20);
  scope.stop();
});

test('a storm of seeks leaves one call under way, that of the moment', async () => {
  const { asked, epoch, settle, hold, scope, error } = looking();
  await settle();
  hold();
  await settle(REST_MS);
  expect(asked.at(-1)!.aborted()).toBe(false);
  for (let at = 0; at < 60; at += 1) {
    epoch.value = (at * 37) % 90;
    await nextTick();
    const open = asked.slice(1).filter((call) => !call.aborted());
    // What is held need not be asked for.
    const wanted = epoch.value === 40 ? [] : [{ from: epoch.value, to: epoch.value }];
    expect(open).toMatchObject(wanted);
    expect(open).toHaveLength(wanted.length);
  }
  expect(error.value).toBeNull();
  scope.stop();
  expect(asked.slice(1).every((call) => call.aborted())).toBe(true);
});

test('another threshold is read anew, and one that is not measured is not asked for', async () => {
  const { asked, threshold, known, settle, scope } = looking();
  await settle();
  threshold.value = '1e-2';
  await settle();
  expect(asked.map((call) => call.threshold)).toEqual(['1e-3', '1e-2']);
  expect(known()).toEqual([40]);
  threshold.value = null;
  await settle(REST_MS);
  expect(asked).toHaveLength(2);
  scope.stop();
});

test('blocked channels of every epoch are counted elsewhere, window by window, once a moment is stayed at', async () => {
  const asked: Asked<{ from: number; to: number }>[] = [];
  const counts = EPOCHS.map((at) => (at < 50 ? 0 : at === 60 ? 3 : 7));
  const blocked = async (input: { from: number; to: number }, { signal }: { signal: AbortSignal }) => {
    asked.push({ ...input, aborted: () => signal.aborted });
    const rows = EPOCHS.slice(input.from, input.to + 1).map((at) => ({ epoch: at, channels: counts[at] }));
    return encodeRows(rows, { stored: rows.length, span: 1, next: null });
  };
  const epoch = ref(40);
  const layers = ref([{ outputChannels: CHANNELS } as PrunableLayer]);
  const scope = effectScope();
  const newly = scope.run(() =>
    useNewlyBlocked(workstationOf({ blocked }), {
      id: ref('run'),
      epochs: ref(EPOCHS),
      epoch,
      layers,
      thresholds: ref(6),
    }),
  )!;
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(REST_MS);
  // Each answer takes the reader through 8 MB of tables at most; the nearest to the moment comes first.
  const most = Math.floor((8 * 1024 * 1024) / (CHANNELS * channelRows(6) * 4));
  expect(asked[0]!.from <= 40 && 40 <= asked[0]!.to).toBe(true);
  expect(asked.every(({ from, to }) => to - from + 1 <= most)).toBe(true);
  const covered = asked.flatMap(({ from, to }) => EPOCHS.slice(from, to + 1));
  expect(covered.toSorted((one, other) => one - other)).toEqual(EPOCHS);
  expect(newly.value).toEqual([
    { epoch: 50, channels: 7 },
    { epoch: 61, channels: 4 },
  ]);
  scope.stop();
});
