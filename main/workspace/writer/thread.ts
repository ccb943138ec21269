import { CascadeError } from '../../../common/errors.ts';
import { workspaceError } from '../errors.ts';
import type { WriterCalls } from '../messages.ts';
import { serve } from '../../threads/server.ts';
import { Writer } from './writer.ts';

/** The body of the writer thread. */

let writer: Writer | null = null;
let folder = '';

function opened(): Writer {
  if (!writer) throw new CascadeError('WORKSPACE', 'The workspace is not open.');
  return writer;
}

serve<WriterCalls>(
  {
    open: (path, application) => {
      folder = path;
      writer = new Writer(path, application);
      return { notices: writer.notices, unchecked: writer.unchecked };
    },
    publishAddress: (address) => opened().publishAddress(address),
    addStudy: (study) => opened().addStudy(study),
    keepStudy: (study) => opened().keepStudy(study),
    dropStudy: (name) => opened().dropStudy(name),
    saveDocument: (kind, document, instead) => opened().saveDocument(kind, document, instead),
    removeDocument: (kind, name) => opened().removeDocument(kind, name),
    addRun: (run) => opened().addRun(run),
    setState: (id, state, reason) => opened().setState(id, state, reason),
    setPriority: (id, priority) => opened().setPriority(id, priority),
    setEnvironment: (id, environment) => opened().setEnvironment(id, environment),
    recordEpoch: (...args) => opened().recordEpoch(...args),
    mendEpoch: (...args) => opened().mendEpoch(...args),
    adoptEpochs: (id, trunk, last) => opened().adoptEpochs(id, trunk, last),
    addEvent: (id, event) => opened().addEvent(id, event),
    removeRun: (id) => opened().removeRun(id),
    mark: (ids, marks) => opened().mark(ids, marks),
    saveFigure: (name, specification) => opened().saveFigure(name, specification),
    removeFigure: (name) => opened().removeFigure(name),
    noteFigureWritten: (name, hash) => opened().noteFigureWritten(name, hash),
    takeRuns: (...args) => opened().takeRuns(...args),
    noteChecked: () => opened().noteChecked(),
    refuseWrites: (damage) => opened().refuseWrites(damage),
    close: () => writer?.close(),
  },
  (error) => workspaceError(error, folder),
);
