import type { Path } from './document.ts';
import { PRUNING_COMPONENTS, RUN_COMPONENTS } from './schema.ts';

/** Lays an arm's settings over the shared ones, and remembers where in the file each value was written. */

type Settings = Record<string, unknown>;

export interface MergedSettings {
  value: Settings;
  /** The path in the file of the longest part of `path` that was written there, and how many segments it covers. */
  origin(path: Path): { written: Path; covered: number };
}

interface Written {
  value: unknown;
  path: Path;
}

/**
 * Component by component: an arm that gives no name, or the same, changes options of the shared component; another
 * name replaces it. Pruning is laid over part by part; `pruning: null` removes it. Everything else is replaced whole.
 * A plain name stands for a component without options, and the layers 'all' for a choice without conditions.
 */
export function mergeSettings(
  shared: Settings,
  arm: Settings,
  sharedPath: Path,
  armPath: Path,
): MergedSettings {
  const origins = new Map<string, Path>([['[]', armPath]]);
  const value = mergeKeys(shared, arm, (key, below, above, at) => {
    if (Object.hasOwn(RUN_COMPONENTS, key)) return component(below, above, at);
    if (key === 'pruning') return pruning(below, above, at);
    return place(above ?? below, at);
  });
  return {
    value,
    origin(path) {
      for (let covered = path.length; covered > 0; covered--) {
        const written = origins.get(JSON.stringify(path.slice(0, covered)));
        if (written !== undefined) return { written, covered };
      }
      return { written: armPath, covered: 0 };
    },
  };

  type MergeKey = (key: string, below: Written | null, above: Written | null, at: Path) => unknown;

  function mergeKeys(below: Settings, above: Settings, merge: MergeKey): Settings {
    return keysOf(below, sharedPath, above, armPath, [], merge);
  }

  function keysOf(
    below: Settings,
    belowPath: Path,
    above: Settings,
    abovePath: Path,
    at: Path,
    merge: MergeKey,
  ): Settings {
    const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
    const written = (from: Settings, path: Path, key: string): Written | null =>
      Object.hasOwn(from, key) ? { value: from[key], path: [...path, key] } : null;
    return Object.fromEntries(
      keys.map((key) => [
        key,
        merge(key, written(below, belowPath, key), written(above, abovePath, key), [...at, key]),
      ]),
    );
  }

  function pruning(below: Written | null, above: Written | null, at: Path): unknown {
    if (above === null || below === null || !isSettings(above.value) || !isSettings(below.value)) {
      const only = above ?? below;
      if (only === null || !isSettings(only.value)) return place(only, at);
      origins.set(JSON.stringify(at), only.path);
      return keysOf({}, [], only.value, only.path, at, pruningKey);
    }
    origins.set(JSON.stringify(at), above.path);
    return keysOf(below.value, below.path, above.value, above.path, at, pruningKey);
  }

  function pruningKey(key: string, below: Written | null, above: Written | null, at: Path): unknown {
    if (Object.hasOwn(PRUNING_COMPONENTS, key)) return component(below, above, at);
    const chosen = above ?? below;
    if (key === 'layers' && chosen?.value === 'all') return place({ ...chosen, value: {} }, at);
    return place(chosen, at);
  }

  function component(below: Written | null, above: Written | null, at: Path): unknown {
    if (above === null || below === null) return componentOf(above ?? below, at);
    const [lower, upper] = [named(below.value), named(above.value)];
    const merges =
      isSettings(lower) &&
      isSettings(upper) &&
      (!Object.hasOwn(upper, 'name') || upper['name'] === lower['name']);
    if (!merges) return componentOf(above, at);
    const under = componentOf(below, at);
    const over = componentOf(above, at);
    return { ...(under as Settings), ...(over as Settings) };
  }

  function componentOf(written: Written | null, at: Path): unknown {
    if (written === null || typeof written.value !== 'string') return place(written, at);
    origins.set(JSON.stringify(at), written.path);
    origins.set(JSON.stringify([...at, 'name']), written.path);
    return { name: written.value };
  }

  /** Notes the origin of a value and of everything in it. */
  function place(written: Written | null, at: Path): unknown {
    if (written === null) return undefined;
    origins.set(JSON.stringify(at), written.path);
    if (typeof written.value === 'object' && written.value !== null)
      for (const [key, inner] of Object.entries(written.value)) {
        const segment = Array.isArray(written.value) ? Number(key) : key;
        place({ value: inner, path: [...written.path, segment] }, [...at, segment]);
      }
    return written.value;
  }
}

function named(value: unknown): unknown {
  return typeof value === 'string' ? { name: value } : value;
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
