import { onBeforeUnmount, shallowReactive } from 'vue';
import { decodeResult, type SqlResult } from '../../common/codec/result-frames.ts';
import type { StudyProblem } from '../../common/contract/schemas.ts';
import { problemsOf, sentenceOf } from '../client/sentence.ts';
import type { Workstation } from '../stores/workstation.ts';

/** Rows that are asked for at once. */
const MOST_ROWS = 10_000;

export interface AskedQuery {
  state: 'nothing' | 'asking' | 'told' | 'failed' | 'cancelled';
  /** The last answer; it stays while the next query is asked. */
  result: SqlResult | null;
  error: string | null;
  /** Where the text is wrong. */
  problems: readonly StudyProblem[];
  ask(sql: string): Promise<void>;
  cancel(): void;
}

/** One query at a time; the next one, and leaving the view, cancels it. */
export function useQuery(workstation: Workstation): AskedQuery {
  let controller = new AbortController();
  const query = shallowReactive<AskedQuery>({
    state: 'nothing',
    result: null,
    error: null,
    problems: [],
    async ask(sql) {
      controller.abort();
      controller = new AbortController();
      const { signal } = controller;
      Object.assign(query, { state: 'asking', error: null, problems: [] });
      try {
        const frame = await workstation.client.workspace.sql({ sql, limit: MOST_ROWS }, { signal });
        if (!signal.aborted) Object.assign(query, { state: 'told', result: decodeResult(frame) });
      } catch (error) {
        if (signal.aborted) return;
        Object.assign(query, { state: 'failed', error: sentenceOf(error), problems: problemsOf(error) });
      }
    },
    cancel() {
      controller.abort();
      query.state = 'cancelled';
    },
  });
  onBeforeUnmount(() => controller.abort());
  return query;
}
