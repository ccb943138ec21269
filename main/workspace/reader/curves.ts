import type { Statement } from 'better-sqlite3';
import type { CurvePart } from '../../../common/codec/curve-frames.ts';
import type { CurvesAsked } from '../../../common/contract/schemas.ts';
import { askedNumber, type AskedNumber } from '../../../common/measures/asked.ts';
import type { CurveAxis } from '../../../common/curve-axes.ts';
import { AXIS_SUMS } from '../../../common/measures/axes.ts';
import { measuresOf } from '../../../common/measures/registry.ts';
import { thresholdIndex, type Threshold } from '../../../common/thresholds.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { EPOCH_ROWS, layerRows } from '../stored-rows.ts';

/** Points of one answer, about: reading them takes the reader up to a tenth of a second. */
const MOST_POINTS = 20_000;

type Column = Float64Array<ArrayBuffer>;

/**
 * Curves of any measures, each number by the SQL of its measure: one statement for all runs of a ladder of thresholds, and no
 * object for any row.
 *
 * @throws CascadeError INVALID for a measure that cannot be told, NOT_FOUND for a run that is not there
 */
export function curvesOf(database: Connection, asked: CurvesAsked): CurvePart {
  const query = new CurveQuery(database, asked);
  // Run, epoch, place on the axis, and a column for each measure.
  const columns: number[][] = Array.from({ length: 3 + asked.measures.length }, () => []);
  let next = 0;
  for (; next < asked.runs.length && columns[0]!.length < MOST_POINTS; next++)
    query.read(asked.runs[next]!, next, columns);
  const [run, epoch, x, ...values] = columns.map((column) => Float64Array.from(column)) as [
    Column,
    Column,
    Column,
    ...Column[],
  ];
  return { curves: { run, epoch, x, values }, next: next < asked.runs.length ? next : null };
}

class CurveQuery {
  readonly #database: Connection;
  readonly #asked: CurvesAsked;
  readonly #measures: readonly AskedNumber[];
  /** Measures whose numbers are, or add up to, the place on the axis. */
  readonly #axis: readonly AskedNumber[];
  readonly #axisLevel: 'epoch' | 'layer';
  readonly #adds: boolean;
  readonly #ladders = new Map<string, readonly Threshold[]>();
  readonly #statements = new Map<string, Statement>();

  constructor(database: Connection, asked: CurvesAsked) {
    const { x, layer } = asked;
    const level = layer === undefined ? 'epoch' : 'layer';
    this.#database = database;
    this.#asked = asked;
    this.#measures = asked.measures.map((measure) => askedNumber(measure, level));
    this.#adds = typeof x === 'string';
    // A measure on the axis is the layer's where it is told of layers; a learning rate, say, is not.
    const ofLayer =
      level === 'layer' && typeof x !== 'string' && measuresOf('layer').some(({ id }) => id === x.id);
    this.#axisLevel = ofLayer ? 'layer' : 'epoch';
    this.#axis = typeof x === 'string' ? sumsOf(x) : [askedNumber(x, this.#axisLevel)];
  }

  /** Adds the points of a run to the columns. */
  read(id: string, place: number, columns: readonly number[][]): void {
    const run = prepared(
      this.#database,
      `select number, specification ->> 'thresholds' as ladder from runs where id = ?`,
    ).get(id) as { number: number; ladder: string } | undefined;
    if (!run) throw notFound(`run '${id}'`);
    const statement = this.#statementFor(run.ladder);
    const { layer } = this.#asked;
    const parameters = layer === undefined ? [run.number] : [layer, run.number];
    const sums = this.#axis.length;
    let sum = 0;
    for (const row of statement.all(...parameters) as (number | null)[][]) {
      columns[0]!.push(place);
      columns[1]!.push(row[0]!);
      let at = sums === 0 ? row[0]! : this.#adds ? sum : 0;
      for (let index = 1; index <= sums; index++) at += row[index] ?? Number.NaN;
      sum = at;
      columns[2]!.push(at);
      for (let index = sums + 1; index < row.length; index++)
        columns[2 + index - sums]!.push(row[index] ?? Number.NaN);
    }
  }

  #statementFor(text: string): Statement {
    let ladder = this.#ladders.get(text);
    if (!ladder) this.#ladders.set(text, (ladder = JSON.parse(text) as Threshold[]));
    const axis = this.#axis.map((number) => number.measure.stored[this.#axisLevel]!(keyOf(number, ladder)));
    const level = this.#asked.layer === undefined ? 'epoch' : 'layer';
    const values = this.#measures.map((number) => number.measure.stored[level]!(keyOf(number, ladder)));
    const rows = level === 'epoch' ? EPOCH_ROWS : layerRows('left join', ' and layer.name = ?');
    const sql = `select ${['epoch.epoch', ...axis, ...values].join(', ')} from ${rows}
      where run.number = ? order by epoch.epoch`;
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql).raw()));
    return statement;
  }
}

function sumsOf(axis: CurveAxis): AskedNumber[] {
  return AXIS_SUMS[axis].map((id) => askedNumber({ id, key: '' }));
}

/** The place of a threshold is an integer in the SQL, because a bound number would not be one. */
function keyOf({ idea, threshold }: AskedNumber, ladder: readonly Threshold[]) {
  const place = threshold === null ? -1 : thresholdIndex(ladder, threshold);
  return { idea, threshold: place < 0 ? 'null' : String(place) };
}
