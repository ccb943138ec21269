import type {
  DrawnFigure,
  FigureCheck,
  FigureFormat,
  SavedFigure,
} from '../../common/contract/figure-schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import { parsed } from '../../common/figures/figure.ts';
import { figureKind } from '../../common/figures/registry.ts';
import { figureSpecification, type FigureSpecification } from '../../common/figures/specification.ts';
import type { Background } from '../background/background.ts';
import type { StoredFigure } from '../workspace/messages.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { collect } from './collect/collect.ts';
import { dataHashOf } from './data-hash.ts';
import type { FigureSource } from './source.ts';
import type { Rendered } from './render.ts';

/** Where figures are drawn: off the main thread. */
type Drawing = Pick<Background, 'call'>;
type Kept = Pick<Workspace, 'figures' | 'saveFigure' | 'removeFigure' | 'noteFigureWritten'>;

/** The figures of a workspace: kept, drawn from its runs as they are now, and compared with what was written. */
export class Figures {
  readonly #workspace: Kept;
  readonly #source: FigureSource;
  readonly #background: Drawing;
  readonly #application: string;

  constructor(workspace: Kept, source: FigureSource, background: Drawing, application: string) {
    this.#workspace = workspace;
    this.#source = source;
    this.#background = background;
    this.#application = application;
  }

  async list(): Promise<SavedFigure[]> {
    return (await this.#workspace.figures()).map(savedOf);
  }

  /** Rejects with INVALID or UNKNOWN_FIGURE for a kind or an option that does not exist. */
  async save(figure: FigureSpecification): Promise<SavedFigure> {
    parsed(figureKind(figure.kind).options, figure.options);
    await this.#workspace.saveFigure(figure.name, JSON.stringify(figure));
    return savedOf(await this.#stored(figure.name));
  }

  remove(name: string): Promise<void> {
    return this.#workspace.removeFigure(name);
  }

  /** Rejects with INVALID for a query, key, measure or option that does not exist, BAD_STYLE, BAD_AXIS or BAD_LABEL. */
  async draw(figure: FigureSpecification, signal?: AbortSignal): Promise<DrawnFigure> {
    const rendered = await this.#rendered(figure, 0, signal);
    return this.#background.call('drawFigure', [rendered], { signal });
  }

  async check(name: string): Promise<FigureCheck> {
    const { writtenHash, writtenAt, ...stored } = await this.#stored(name);
    const collected = await collect(this.#source, savedOf(stored).specification);
    const hash = dataHashOf(collected);
    const written = writtenHash === null ? 'unwritten' : hash === writtenHash ? 'same' : 'changed';
    return {
      name,
      state: collected.runs.length === 0 ? 'empty' : written,
      hash,
      writtenHash,
      writtenAt,
      runs: collected.runs.length,
      unfinished: collected.facts.unfinished,
    };
  }

  /** @param figure saved, by its name, or any: that has no date, so 1970 stands in files that tell one */
  async file(
    figure: string | FigureSpecification,
    format: FigureFormat,
    dpi: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const stored = typeof figure === 'string' ? await this.#stored(figure) : null;
    const whole = typeof figure === 'string' ? savedOf(stored as StoredFigure).specification : figure;
    return this.#background.call('figureFile', [
      await this.#rendered(whole, stored?.createdAt ?? 0),
      format,
      dpi,
    ]);
  }

  noteWritten(name: string, hash: string): Promise<void> {
    return this.#workspace.noteFigureWritten(name, hash);
  }

  async #rendered(figure: FigureSpecification, date: number, signal?: AbortSignal): Promise<Rendered> {
    parsed(figureKind(figure.kind).options, figure.options);
    const collected = await collect(this.#source, figure, signal);
    return { figure, collected, application: this.#application, date };
  }

  async #stored(name: string): Promise<StoredFigure> {
    const figures = await this.#workspace.figures();
    const found = figures.find((figure) => figure.name === name);
    if (found === undefined) {
      const names = figures.map((figure) => figure.name).join(', ');
      throw new CascadeError(
        'NOT_FOUND',
        `There is no figure '${name}' in this workspace: ${names === '' ? 'none is saved' : `there are ${names}`}.`,
      );
    }
    return found;
  }
}

function savedOf({
  name,
  specification,
  createdAt,
  changedAt,
  writtenAt = null,
}: Omit<StoredFigure, 'writtenHash' | 'writtenAt'> & { writtenAt?: number | null }): SavedFigure {
  const read = figureSpecification.safeParse(JSON.parse(specification));
  if (!read.success)
    throw new CascadeError(
      'INVALID',
      `The figure '${name}' was saved by another version and cannot be read: remove it, and make it again.`,
    );
  return { specification: read.data, createdAt, changedAt, writtenAt };
}
