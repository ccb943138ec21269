import { messageOf } from '../../../common/errors.ts';
import { connect, damageOf } from '../database.ts';
import { workspaceError } from '../errors.ts';
import { layoutOf } from '../layout.ts';
import type { CheckerCalls } from '../messages.ts';
import { serve } from '../../threads/server.ts';

/** The body of the checker thread, which reads a database whole while others use it. */

let opened = '';

serve<CheckerCalls>(
  {
    damage: (folder) => {
      opened = folder;
      try {
        const database = connect(layoutOf(folder).database, 'read');
        try {
          return damageOf(database);
        } finally {
          database.close();
        }
      } catch (error) {
        // A page that cannot be read at all ends the check with an error instead of a finding.
        if (workspaceError(error, folder).code === 'WORKSPACE_CORRUPT') return messageOf(error);
        throw error;
      }
    },
  },
  (error) => workspaceError(error, opened),
);
