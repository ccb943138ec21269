import type { SqlColumn, SqlSchema, SqlView } from '../../common/sql/schema.ts';
import { SQL_EXAMPLES } from '../../common/sql/examples.ts';
import { code, markdownTable, plain } from './markdown.ts';
import { table } from './table.ts';

/** What `cascade query --schema` shows a person. */
export function schemaText({ views }: SqlSchema): string {
  return views
    .map((view) =>
      [
        `${view.name}: a row for ${view.rows}`,
        ...(view.note === undefined ? [] : [view.note]),
        table(
          [{ title: '  column' }, { title: 'type' }, { title: 'what it is' }],
          view.columns.map((column) => [`  ${column.name}`, column.type, meaning(column)]),
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

/** docs/sql.md, as `npm run generate` writes it. */
export function schemaMarkdown({ views }: SqlSchema): string {
  return [
    '# Asking by SQL',
    'Views of a workspace: `npm run generate` writes this page from the views in `main/workspace/query/views` and the measures in ' +
      '`common/measures`; change those, not the page. `npm run --silent cascade -- query --schema` shows the same in a terminal.',
    '```\ncascade query --sql "select arm, avg(test_accuracy) as accuracy, count(*) as n from runs where state = \'finished\' group by arm"\n```',
    'The language is that of SQLite. A query only reads: it begins with `select`, `with` or `values`, and can neither change nor open a file. Columns have the ' +
      'names that CSV has. `--csv` and `--json` write for programs; `--limit` says how many rows are told (1,000), `--timeout` after how many seconds the ' +
      'query is ended (30). A query runs in a process of its own, with 768 MB of memory: one that runs away is ended, and neither training nor windows wait ' +
      'for it.',
    'A few questions:',
    ['```sql', SQL_EXAMPLES.map(({ title, sql }) => `-- ${title}\n${sql};`).join('\n\n'), '```'].join('\n'),
    ...views.flatMap((view) => [
      `## ${code(view.name)}`,
      `A row for ${plain(view.rows)}.${view.note === undefined ? '' : ` ${noted(view)}`}`,
      markdownTable(
        ['column', 'type', 'what it is'],
        view.columns.map((column) => [code(column.name), column.type, plain(meaning(column))]),
      ),
    ]),
  ].join('\n\n');
}

/** Notes name views and columns in marks of their own. */
function noted({ note = '' }: SqlView): string {
  return note;
}

function meaning({ definition, unit, of }: SqlColumn): string {
  if (unit === undefined || unit === 'count') return definition;
  return `${definition} (${of === undefined || definition.includes(of) ? unit : `${unit} of ${of}`})`;
}
