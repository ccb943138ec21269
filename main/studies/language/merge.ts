import type { Path } from './document.ts';
import { chosenComponents } from './component-fields.ts';

/** Lays settings over others, and remembers where in the file each value was written. */

type Settings = Record<string, unknown>;

/**
 * Component by component: a layer that gives no name, or the same, changes options of the component below; another
 * name replaces it. Pruning is laid over part by part; `pruning: null` removes it. Everything else is replaced whole.
 * A plain name stands for a component without options, and the layers 'all' for a choice without conditions.
 */
export class MergedSettings {
  readonly #home: Path;
  /** Where values were written whose surroundings were written elsewhere, by their paths in the settings. */
  readonly #origins = new Map<string, Path>();
  #value: Settings = {};

  /** @param home where in the file a setting belongs that is written nowhere */
  constructor(home: Path) {
    this.#home = home;
  }

  get value(): Settings {
    return this.#value;
  }

  /** The same with a mapping of settings, written at `written`, over it. */
  lay(settings: Settings, written: Path): MergedSettings {
    const merged = this.#copy();
    for (const [key, value] of Object.entries(settings)) merged.#put([key], value, [...written, key]);
    return merged;
  }

  /** The same with one setting, or an option within it, over it. */
  layAt(path: Path, value: unknown, written: Path): MergedSettings {
    const merged = this.#copy();
    merged.#put(path, value, written);
    return merged;
  }

  /** The path in the file of the longest part of `path` that was written there, and how many segments it covers. */
  origin(path: Path): { written: Path; covered: number } {
    for (let length = path.length; length > 0; length--) {
      const root = this.#origins.get(keyOf(path.slice(0, length)));
      if (root === undefined) continue;
      const written = [...root];
      let value = this.#at(path.slice(0, length));
      let covered = length;
      for (const segment of path.slice(length)) {
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) break;
        value = (value as Record<string | number, unknown>)[segment];
        written.push(segment);
        covered++;
      }
      return { written, covered };
    }
    return { written: this.#home, covered: 0 };
  }

  #copy(): MergedSettings {
    const copy = new MergedSettings(this.#home);
    copy.#value = this.#value;
    for (const [key, path] of this.#origins) copy.#origins.set(key, path);
    return copy;
  }

  #put(path: Path, value: unknown, written: Path): void {
    if (isComponent(path)) this.#putComponent(path, value, written);
    else if (path.at(-1) === 'name' && isComponent(path.slice(0, -1)))
      this.#putComponent(path.slice(0, -1), value, written);
    else if (path.length === 1 && path[0] === 'pruning' && isSettings(value)) {
      this.#open(path, written);
      for (const [key, part] of Object.entries(value)) this.#put([...path, key], part, [...written, key]);
    } else if (path.length === 2 && path[0] === 'pruning' && path[1] === 'layers' && value === 'all')
      this.#replace(path, {}, written);
    else this.#replace(path, value, written);
  }

  #putComponent(path: Path, value: unknown, written: Path): void {
    const options = typeof value === 'string' ? { name: value } : value;
    const below = this.#at(path);
    const merges =
      isSettings(below) &&
      isSettings(options) &&
      (!Object.hasOwn(options, 'name') || options['name'] === below['name']);
    if (!merges) this.#replace(path, options, written);
    else {
      this.#open(path, written);
      for (const [key, option] of Object.entries(options))
        this.#replace([...path, key], option, [...written, key]);
    }
    if (typeof value === 'string') this.#origins.set(keyOf([...path, 'name']), written);
  }

  /** Makes a mapping of what stands at a path, with a new origin; what is in it keeps its own. */
  #open(path: Path, written: Path): void {
    const value = this.#at(path);
    if (!isSettings(value)) return this.#replace(path, {}, written);
    for (const key of Object.keys(value)) {
      const inner = [...path, key];
      this.#origins.set(keyOf(inner), this.origin(inner).written);
    }
    this.#origins.set(keyOf(path), written);
  }

  #replace(path: Path, value: unknown, written: Path): void {
    const inside = `${keyOf(path).slice(0, -1)},`;
    for (const key of this.#origins.keys()) if (key.startsWith(inside)) this.#origins.delete(key);
    this.#origins.set(keyOf(path), written);
    this.#value = replaced(this.#value, path, value) as Settings;
  }

  #at(path: Path): unknown {
    let value: unknown = this.#value;
    for (const segment of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
      value = (value as Record<string | number, unknown>)[segment];
    }
    return value;
  }
}

const OF_RUN = chosenComponents('run');
const OF_PRUNING = chosenComponents('pruning');

function isComponent(path: Path): boolean {
  const [first, second] = path;
  if (path.length === 1) return OF_RUN.has(String(first));
  return path.length === 2 && first === 'pruning' && OF_PRUNING.has(String(second));
}

/** A copy with another value at a path. Inside of what can hold no keys, and is refused for that, nothing changes. */
function replaced(holder: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (holder !== undefined && holder !== null && !isSettings(holder)) return holder;
  const settings = holder ?? {};
  const inner = Object.hasOwn(settings, first) ? (settings as Settings)[first] : undefined;
  return { ...settings, [first]: replaced(inner, rest, value) };
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
