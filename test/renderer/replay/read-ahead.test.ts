import { effectScope, nextTick, ref } from 'vue';
import { expect, test } from 'vitest';
import type { CascadeClient } from '../../../renderer/client/client.ts';
import { useWeightPlanes } from '../../../renderer/replay/use-weight-planes.ts';
import { Simulation } from '../../../renderer/gallery/simulation.ts';
import type { Workstation } from '../../../renderer/stores/workstation.ts';

const simulation = new Simulation(7, 0.9);

/** A workstation whose answers come when the test says so. */
function waiting() {
  const asked: { epoch: number; aborted: () => boolean; answer: () => Promise<void> }[] = [];
  const planes = (
    { epoch, layer }: { epoch: number; layer: string },
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      const answer = async (): Promise<void> => {
        resolve(simulation.planes(layer, epoch));
        await new Promise((settled) => setTimeout(settled));
      };
      asked.push({ epoch, aborted: () => signal.aborted, answer });
    });
  const workstation = {
    client: { runs: { planes } } as unknown as CascadeClient,
    connection: ref('open'),
    generation: ref(1),
    listen: () => () => undefined,
  } as unknown as Workstation;
  return { workstation, asked };
}

test('the moment is asked for alone and first, its neighbours once it is there, and what is stale is given up', async () => {
  const { workstation, asked } = waiting();
  const epoch = ref(2);
  const scope = effectScope();
  const { planes, error } = scope.run(() =>
    useWeightPlanes(
      workstation,
      ref('run'),
      ref({ name: 'pw3', outputChannels: 8 }),
      epoch,
      ref(Array.from({ length: 13 }, (_, at) => at)),
    ),
  )!;
  expect(asked.map((call) => call.epoch)).toEqual([2]);
  // Somebody scrubs on before the answer.
  epoch.value = 9;
  await nextTick();
  expect(asked.map((call) => call.epoch)).toEqual([2, 9]);
  expect(asked[0]!.aborted()).toBe(true);
  expect(planes.value).toBeNull();

  await asked[1]!.answer();
  expect(planes.value?.epoch).toBe(9);
  expect(asked.slice(2).map((call) => call.epoch)).toEqual([10, 8]);
  // A moment that is read ahead already is shown at once; what lies too far from it now is given up.
  await asked[2]!.answer();
  epoch.value = 10;
  expect(planes.value?.epoch).toBe(10);
  epoch.value = 3;
  expect(asked.at(-1)!.epoch).toBe(3);
  expect(asked.slice(3, -1).every((call) => call.aborted())).toBe(true);
  // Nothing blinks meanwhile, and what was given up is no error.
  expect(planes.value?.epoch).toBe(10);
  expect(error.value).toBeNull();
  scope.stop();
  expect(asked.at(-1)!.aborted()).toBe(true);
});
