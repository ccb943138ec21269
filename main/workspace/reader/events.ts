import type { EventPage, LoggedEvent } from '../../../common/contract/schemas.ts';
import { prepared, type Connection } from '../database.ts';
import type { EpochRange } from './levels.ts';

/** Events of a page at most, and characters of their numbers, of which there are many in prunings of deep networks. */
const MOST_EVENTS = 1_000;
const MOST_CHARACTERS = 500_000;

type EventRow = Omit<LoggedEvent, 'data'> & { data: string };

const EVENTS = 'select kind, epoch, time, message, data from events where run = ?';

/** The newest events of a run; with `before`, the newest of the so many first ones. */
export function eventsOf(database: Connection, run: number, before = Infinity): EventPage {
  const total = prepared(database, 'select count(*) from events where run = ?').pluck().get(run) as number;
  const end = Math.min(before, total);
  const rows = prepared(database, `${EVENTS} order by id desc limit ? offset ?`).all(
    run,
    Math.min(MOST_EVENTS, end),
    total - end,
  ) as EventRow[];
  let characters = 0;
  const fitting = rows.filter(({ data, message }, index) => {
    characters += data.length + message.length;
    return index === 0 || characters <= MOST_CHARACTERS;
  });
  return { events: fitting.reverse().map(eventOf), eventsBefore: end - fitting.length };
}

/** What the log tells of the epochs [from, to], in the order in which it was logged. */
export function eventsOfEpochs(database: Connection, run: number, { from, to }: EpochRange): LoggedEvent[] {
  const rows = prepared(database, `${EVENTS} and epoch between ? and ? order by id`).all(run, from, to);
  return (rows as EventRow[]).map(eventOf);
}

function eventOf({ data, ...event }: EventRow): LoggedEvent {
  return { ...event, data: JSON.parse(data) as Record<string, unknown> };
}
