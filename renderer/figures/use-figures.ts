import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type {
  DrawnFigure,
  FigureCheck,
  FigureFormat,
  SavedFigure,
} from '../../common/contract/figure-schemas.ts';
import type { FigureSpecification } from '../../common/figures/specification.ts';
import { sentenceOf } from '../client/sentence.ts';
import { note, useAddress } from '../stores/address.ts';
import { useWorkstation } from '../stores/app.ts';
import { attempt, notify } from '../stores/notices.ts';
import { freeName, newFigure, same } from './figure-edit.ts';
import { saveFile } from './save-file.ts';

const DRAW_AFTER_MS = 150;

/** The figures of the workspace, and the one that is at hand, drawn anew after each change of it and of its runs. */
export function useFigures() {
  const workstation = useWorkstation();
  const { figures } = workstation.client;
  const address = useAddress();
  const saved = shallowRef<readonly SavedFigure[] | null>(null);
  const checks = shallowRef<ReadonlyMap<string, FigureCheck>>(new Map());
  const figure = shallowRef<FigureSpecification | null>(null);
  const drawn = shallowRef<DrawnFigure | null>(null);
  const drawing = ref(false);
  const problem = ref<string | null>(null);
  const failure = ref<string | null>(null);

  const kept = computed(() =>
    saved.value?.map(({ specification }) => specification).find(({ name }) => name === figure.value?.name),
  );
  const changed = computed(() => figure.value !== null && !same(figure.value, kept.value));
  const finished = computed(() => workstation.runs.value.filter(({ state }) => state === 'finished').length);

  async function read(): Promise<void> {
    try {
      saved.value = await figures.list();
      failure.value = null;
    } catch (error) {
      failure.value = sentenceOf(error);
      return;
    }
    const asked = address.value.parameters['figure'];
    const found = saved.value.find(({ specification }) => specification.name === asked) ?? saved.value[0];
    if (figure.value === null && found !== undefined) choose(found.specification);
    await readChecks();
  }

  async function readChecks(): Promise<void> {
    for (const { specification } of saved.value ?? []) {
      try {
        const check = await figures.check({ name: specification.name });
        checks.value = new Map(checks.value).set(check.name, check);
      } catch {
        // A figure that cannot be drawn any more says why when it is opened.
        const known = new Map(checks.value);
        known.delete(specification.name);
        checks.value = known;
      }
    }
  }

  function choose(chosen: FigureSpecification): void {
    figure.value = chosen;
    drawn.value = null;
    note({ figure: chosen.name });
  }

  function startNew(): void {
    choose(newFigure(freeName((saved.value ?? []).map(({ specification }) => specification.name))));
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;
  function drawSoon(): void {
    clearTimeout(timer);
    if (figure.value !== null) timer = setTimeout(() => void draw(), DRAW_AFTER_MS);
  }
  async function draw(): Promise<void> {
    const asked = figure.value;
    if (asked === null) return;
    running?.abort();
    const controller = (running = new AbortController());
    drawing.value = true;
    try {
      const answer = await figures.draw(asked, { signal: controller.signal });
      if (controller !== running) return;
      drawn.value = answer;
      problem.value = null;
    } catch (error) {
      if (controller === running) problem.value = sentenceOf(error);
    } finally {
      if (controller === running) drawing.value = false;
    }
  }

  async function save(): Promise<void> {
    if (figure.value === null) return;
    const answer = await attempt(figures.save(figure.value));
    if (answer === undefined) return;
    figure.value = answer.specification;
    notify('done', `Saved ${answer.specification.name}.`);
    await read();
  }

  async function remove(name: string): Promise<void> {
    if ((await attempt(figures.remove({ name }))) === undefined) return;
    if (figure.value?.name === name) figure.value = drawn.value = null;
    await read();
  }

  /** Gives a file of the figure to the browser. One that is saved has its date in it. */
  async function download(format: FigureFormat, dpi: number): Promise<void> {
    const asked = figure.value;
    if (asked === null) return;
    const bytes = await attempt(figures.file({ figure: changed.value ? asked : asked.name, format, dpi }));
    if (bytes === undefined) return;
    saveFile(`${asked.name}.${format}`, bytes);
    if (changed.value || drawn.value === null) return;
    await attempt(figures.noteWritten({ name: asked.name, hash: drawn.value.provenance.dataHash }));
    await readChecks();
  }

  watch([figure, finished, workstation.looks.chosen], drawSoon);
  watch([finished, workstation.generation], () => void read());
  watch(
    () => address.value.parameters['figure'],
    (name) => {
      const found = saved.value?.find(({ specification }) => specification.name === name);
      if (found !== undefined && name !== figure.value?.name) choose(found.specification);
    },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    running?.abort();
  });
  void read();

  return {
    saved,
    checks,
    figure,
    drawn,
    drawing,
    problem,
    failure,
    changed,
    choose,
    startNew,
    save,
    remove,
    download,
    read,
  };
}
