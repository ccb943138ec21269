import { CascadeError } from '../../../common/errors.ts';
import { serve } from '../../threads/server.ts';
import { workspaceError } from '../errors.ts';
import { ExchangeRoom } from './exchange-room.ts';
import type { ExchangeCalls } from './messages.ts';

/** The body of the thread that reads and writes run files. */

let room: ExchangeRoom | null = null;
let folder = '';

function opened(): ExchangeRoom {
  if (!room) throw new CascadeError('WORKSPACE', 'The workspace is not open.');
  return room;
}

serve<ExchangeCalls>(
  {
    open: (path) => {
      folder = path;
      room = new ExchangeRoom(path);
    },
    pack: (...args) => opened().pack(...args),
    openSource: (...args) => opened().openSource(...args),
    prepare: (...args) => opened().prepare(...args),
    closeSource: (token) => opened().closeSource(token),
    close: () => room?.close(),
  },
  (error) => workspaceError(error, folder),
);
