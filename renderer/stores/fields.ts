import { computed, effectScope, ref, shallowRef, triggerRef, watch } from 'vue';
import type { Ref } from 'vue';
import { Specifications } from '../../common/codec/specifications.ts';
import type { RunSummary } from '../../common/contract/schemas.ts';
import { FieldCatalogue } from '../../common/fields/catalogue.ts';
import type { FieldSource } from '../../common/fields/field.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from './workstation.ts';
import { useWorkstation } from './app.ts';

/** What all runs can be asked for: their facts, their measures and the settings of their specifications. */
export interface Fields {
  /** One for each run that is not in the bin, in the order of the workstation's list. */
  sources: Readonly<Ref<readonly FieldSource[]>>;
  /** The same object for the same run, as long as nothing of it changes. */
  sourceOf: (run: RunSummary) => FieldSource;
  catalogue: Readonly<Ref<FieldCatalogue>>;
  /** Whether the specifications of all runs are there; until then settings are no keys. */
  ready: Readonly<Ref<boolean>>;
  error: Readonly<Ref<string | null>>;
}

const RETRY_MS = 2_000;
const made = new WeakMap<Workstation, Fields>();

/** The fields of this window's runs: specifications are read once, and completed as new ones come. */
export function useFields(): Fields {
  const workstation = useWorkstation();
  const known = made.get(workstation);
  if (known) return known;
  // They outlive the view that asked first.
  const fields = effectScope(true).run(() => createFields(workstation))!;
  made.set(workstation, fields);
  return fields;
}

function createFields(workstation: Workstation): Fields {
  const specifications = shallowRef(new Specifications());
  const error = ref<string | null>(null);
  /** Asked for, and not answered yet or not there: they are not asked for again with every event. */
  const asked = new Set<string>();
  const missing = computed(() => {
    const hashes = new Set<string>();
    for (const { hash } of workstation.runs.value) if (!specifications.value.has(hash)) hashes.add(hash);
    return hashes;
  });

  async function complete(): Promise<void> {
    const hashes = [...missing.value].filter((hash) => !asked.has(hash));
    if (hashes.length === 0) return;
    for (const hash of hashes) asked.add(hash);
    const isFirst = asked.size === hashes.length;
    try {
      specifications.value.add(
        await workstation.client.runs.specifications(isFirst ? undefined : { hashes }),
      );
      error.value = null;
      triggerRef(specifications);
    } catch (failure) {
      for (const hash of hashes) asked.delete(hash);
      if (workstation.connection.value === 'open') error.value = sentenceOf(failure);
      setTimeout(() => void complete(), RETRY_MS);
    }
  }
  watch(
    [missing, workstation.loaded],
    ([, loaded]) => {
      if (loaded) void complete();
    },
    { immediate: true },
  );

  const sources = new WeakMap<RunSummary, FieldSource>();
  const sourceOf = (run: RunSummary): FieldSource => {
    const known = sources.get(run);
    if (known) return known;
    const source: FieldSource = {
      run,
      setting: (key) => specifications.value.setting(run.hash, key),
      control: () => (run.control === null ? undefined : workstation.run(run.control)),
    };
    sources.set(run, source);
    return source;
  };
  return {
    sources: computed(() => {
      // What is read of a source may be another now.
      void specifications.value;
      return workstation.runs.value.map(sourceOf);
    }),
    sourceOf,
    catalogue: computed(() => new FieldCatalogue(specifications.value.settings())),
    ready: computed(() => workstation.loaded.value && missing.value.size === 0),
    error,
  };
}
