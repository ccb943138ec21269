import { effectScope, nextTick, ref } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CascadeClient } from '../../../renderer/client/client.ts';
import { LABELS, Simulation } from '../../../renderer/gallery/simulation.ts';
import { REST_MS } from '../../../renderer/replay/rest.ts';
import { useWeightPlanes } from '../../../renderer/replay/use-weight-planes.ts';
import type { Workstation } from '../../../renderer/stores/workstation.ts';

const simulation = new Simulation(7, 0.9);
const DRAWN = ['pruned', 'inert', `shed ${LABELS[1]}`];

interface Asked {
  epoch: number;
  planes: string[];
  aborted: () => boolean;
  answer: () => Promise<void>;
}

/** A workstation whose answers come when the test says so. */
function waiting() {
  const asked: Asked[] = [];
  const planes = (
    { epoch, layer, planes: wanted }: { epoch: number; layer: string; planes: string[] },
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      const answer = async (): Promise<void> => {
        resolve(simulation.planes(layer, epoch, wanted));
        await vi.advanceTimersByTimeAsync(0);
      };
      asked.push({ epoch, planes: wanted, aborted: () => signal.aborted, answer });
    });
  const workstation = {
    client: { runs: { planes } } as unknown as CascadeClient,
    connection: ref('open'),
    generation: ref(1),
    listen: () => () => undefined,
  } as unknown as Workstation;
  return { workstation, asked };
}

/** A layer looked at; each test looks at another run, since what was read is held for the window. */
function looking(run: string) {
  const { workstation, asked } = waiting();
  const [epoch, threshold, all] = [ref(2), ref(1), ref(false)];
  const scope = effectScope();
  const { shown, error } = scope.run(() =>
    useWeightPlanes(workstation, ref(run), {
      layer: ref({ name: 'pw3', outputChannels: 8 }),
      epoch,
      epochs: ref(Array.from({ length: 13 }, (_, at) => at)),
      ladder: ref(LABELS),
      threshold,
      all,
    }),
  )!;
  const open = () => asked.filter((call) => !call.aborted());
  return { asked, open, epoch, threshold, all, scope, shown, error };
}

const rest = () => vi.advanceTimersByTimeAsync(REST_MS);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is drawn of the moment is asked for alone, its neighbours once it is there and stayed at', async () => {
  const { asked, epoch, scope, shown, error } = looking('alone');
  expect(asked.map((call) => [call.epoch, call.planes])).toEqual([[2, DRAWN]]);
  // Somebody scrubs on before the answer.
  epoch.value = 9;
  await nextTick();
  expect(asked.map((call) => call.epoch)).toEqual([2, 9]);
  expect(asked[0]!.aborted()).toBe(true);
  expect(shown.value).toBeNull();

  await rest();
  expect(asked).toHaveLength(2);
  await asked[1]!.answer();
  expect(shown.value?.planes.epoch).toBe(9);
  // One at a time, nearest first.
  for (const [index, near] of [10, 8, 11, 7, 12, 6].entries()) {
    expect(asked).toHaveLength(index + 3);
    expect(asked.at(-1)).toMatchObject({ epoch: near, planes: DRAWN });
    await asked.at(-1)!.answer();
  }
  expect(asked).toHaveLength(8);
  // A moment that was read ahead is shown at once, and what lies beyond is not asked for on the way.
  epoch.value = 10;
  expect(shown.value?.planes.epoch).toBe(10);
  epoch.value = 11;
  expect(asked).toHaveLength(8);
  epoch.value = 3;
  expect(asked.at(-1)!.epoch).toBe(3);
  // Nothing blinks meanwhile, and what was given up is no error.
  expect(shown.value?.planes.epoch).toBe(11);
  expect(error.value).toBeNull();
  scope.stop();
  expect(asked.at(-1)!.aborted()).toBe(true);
  await rest();
  expect(asked).toHaveLength(9);
});

test('a storm of seeks leaves one call under way, whatever was read ahead before', async () => {
  const { asked, open, epoch, scope } = looking('storm');
  await asked[0]!.answer();
  await rest();
  expect(open().at(-1)!.epoch).toBe(3);
  for (let at = 0; at < 50; at += 1) {
    epoch.value = 4 + (at % 9);
    expect(
      open()
        .slice(1)
        .map((call) => call.epoch),
    ).toEqual([epoch.value]);
  }
  scope.stop();
});

test('another threshold asks for the one plane that lacks, and what is known of it is shown at once', async () => {
  const { asked, threshold, shown, scope } = looking('threshold');
  await asked[0]!.answer();
  expect(shown.value?.threshold).toBe(1);
  threshold.value = 4;
  expect(asked.at(-1)).toMatchObject({ epoch: 2, planes: [`shed ${LABELS[4]}`] });
  // The picture before stays, at its own threshold.
  expect(shown.value?.threshold).toBe(1);
  await asked.at(-1)!.answer();
  expect(shown.value?.threshold).toBe(4);
  const calls = asked.length;
  threshold.value = 1;
  expect(shown.value?.threshold).toBe(1);
  expect(asked).toHaveLength(calls);
  // A threshold that the run does not measure.
  threshold.value = -1;
  expect(shown.value).toBeNull();
  expect(asked).toHaveLength(calls);
  scope.stop();
});

test('all thresholds are asked for where a weight is told at each, after what is drawn', async () => {
  const { asked, all, shown, scope } = looking('all');
  all.value = true;
  expect(asked.map((call) => call.planes)).toEqual([DRAWN]);
  await asked[0]!.answer();
  const others = LABELS.filter((_, at) => at !== 1).map((label) => `shed ${label}`);
  expect(asked.at(-1)).toMatchObject({ epoch: 2, planes: others });
  const planes = () => shown.value!.planes;
  expect([planes().ownStateOf(0, 1), planes().ownStateOf(0, 4)]).toEqual([expect.any(Number), null]);
  await asked.at(-1)!.answer();
  expect(LABELS.map((_, at) => planes().ownStateOf(0, at))).not.toContain(null);
  expect(planes().lacking(DRAWN)).toEqual([]);
  scope.stop();
});
