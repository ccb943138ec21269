import { CascadeError } from '../../../common/errors.ts';
import { workspaceError } from '../errors.ts';
import type { ReaderCalls } from '../messages.ts';
import { serve } from '../../threads/server.ts';
import { Reader } from './reader.ts';

/** The body of the reader thread. */

let reader: Reader | null = null;
let folder = '';

function opened(): Reader {
  if (!reader) throw new CascadeError('WORKSPACE', 'The workspace is not open.');
  return reader;
}

serve<ReaderCalls>(
  {
    open: (path) => {
      folder = path;
      reader = new Reader(path);
    },
    listRuns: (filter, standings) => opened().listRuns(filter, standings),
    runList: (filter, standings) => opened().runList(filter, standings),
    specificationFrame: (hashes) => opened().specificationFrame(hashes),
    runStates: (states, standings) => opened().runStates(states, standings),
    summary: (id) => opened().summary(id),
    getRun: (id) => opened().getRun(id),
    environment: (id) => opened().environment(id),
    events: (id, before) => opened().events(id, before),
    eventsOfEpochs: (id, from, to) => opened().eventsOfEpochs(id, from, to),
    missingCheckpoints: (id) => opened().missingCheckpoints(id),
    epoch: (id, epoch) => opened().epoch(id, epoch),
    epochs: (id) => opened().epochs(id),
    excess: (id, against) => opened().excess(id, against),
    epochFrame: (id, window) => opened().epochFrame(id, window),
    excessFrame: (id, against, window) => opened().excessFrame(id, against, window),
    classFrame: (id, window) => opened().classFrame(id, window),
    predictionFrame: (id, epoch, moment) => opened().predictionFrame(id, epoch, moment),
    curveFrame: (asked) => opened().curveFrame(asked),
    channelFrame: (id, asked) => opened().channelFrame(id, asked),
    overlap: (asked) => opened().overlap(asked),
    blockedFrame: (id, from, to) => opened().blockedFrame(id, from, to),
    trackFrame: (id, asked) => opened().trackFrame(id, asked),
    planeFrame: (id, epoch, layer, planes) => opened().planeFrame(id, epoch, layer, planes),
    magnitudeFrame: (id, from, to) => opened().magnitudeFrame(id, from, to),
    reckonedMagnitudeFrame: (id, epoch) => opened().reckonedMagnitudeFrame(id, epoch),
    weightHistory: (id, asked) => opened().weightHistory(id, asked),
    freeWeight: (id, epoch, place) => opened().freeWeight(id, epoch, place),
    masks: (id, epoch, threshold) => opened().masks(id, epoch, threshold),
    prunedMasks: (id, epoch) => opened().prunedMasks(id, epoch),
    runsNamed: (names) => opened().runsNamed(names),
    trainedRuns: (ids, studies) => opened().trainedRuns(ids, studies),
    runProgress: (ids, standings) => opened().runProgress(ids, standings),
    trainedData: (studies, dataset, except) => opened().trainedData(studies, dataset, except),
    pinnedData: (study) => opened().pinnedData(study),
    checkpoint: (id, epoch) => opened().checkpoint(id, epoch),
    lastCheckpoint: (id, before) => opened().lastCheckpoint(id, before),
    checkpointEpochs: (id) => opened().checkpointEpochs(id),
    comparedWith: (id, epoch) => opened().comparedWith(id, epoch),
    ownCheckpointEpochs: (id) => opened().ownCheckpointEpochs(id),
    isIntact: (id, epoch) => opened().isIntact(id, epoch),
    checkpointWishes: (id) => opened().checkpointWishes(id),
    figures: () => opened().figures(),
    speeds: () => opened().speeds(),
    keptStudies: () => opened().keptStudies(),
    studyTexts: (name) => opened().studyTexts(name),
    documents: (kind) => opened().documents(kind),
    close: () => reader?.close(),
  },
  (error) => workspaceError(error, folder),
);
