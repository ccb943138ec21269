import { SHOWN_THRESHOLD } from '../../../common/thresholds.ts';
import { fieldsText, pickFields } from '../fields.ts';
import { findRun } from '../find-run.ts';
import { showDocument, showText } from '../show.ts';
import type { CommandFile, GlobalOptions } from './command.ts';
import { fieldsOption, limitOption } from './options.ts';

type ShowOptions = GlobalOptions & { limit?: number; fields?: string[] };

export const show: CommandFile = ({ program, withClient }) => {
  program
    .command('show')
    .argument('<run>', 'its id, or a unique prefix')
    .description('show everything about a run')
    .addOption(limitOption('at most this many epochs, the last ones'))
    .addOption(fieldsOption())
    .action(
      withClient<ShowOptions>(async ({ client, output, name, options: { limit, fields } }) => {
        const document = await showDocument(client, await findRun(client, name), limit);
        if (fields === undefined) return output.result(document, showText(document, SHOWN_THRESHOLD));
        const picked = pickFields(document, fields);
        output.result(picked, fieldsText([picked], fields));
      }),
    );
};
