import { createRouterClient, implement } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import { contract, type CascadeContract } from '../../common/contract/contract.ts';
import type { WorkstationEvent } from '../../common/contract/schemas.ts';
import { logDefect, toContractError } from './errors.ts';
import { EventQueue } from './event-queue.ts';
import type { WorkstationServices } from './services.ts';

/** How every window, script and command speaks to a workstation, whatever lies between. */
export type CascadeClient = ContractRouterClient<CascadeContract>;

export type CascadeRouter = ReturnType<typeof createRouter>;

/** First how the workstation stands, then every change since it was asked for. */
async function* eventsOf(
  services: WorkstationServices,
  signal: AbortSignal | undefined,
  log: (error: unknown) => void,
): AsyncGenerator<WorkstationEvent, void, void> {
  const queue = new EventQueue();
  const unsubscribe = services.subscribe((event) => queue.push(event));
  try {
    yield { type: 'status', status: services.status() };
    yield* queue.drain(signal);
  } catch (error) {
    throw toContractError(error, log);
  } finally {
    unsubscribe();
  }
}

/** What a work tells as it goes on; what goes wrong on the way is told as of every call. */
async function* told<T>(
  steps: AsyncGenerator<T>,
  log: (error: unknown) => void,
): AsyncGenerator<T, void, void> {
  try {
    yield* steps;
  } catch (error) {
    throw toContractError(error, log);
  }
}

/** The contract, call by call, on a workstation's services. Nothing but mapping happens here. */
export function createRouter(services: WorkstationServices, log: (error: unknown) => void = logDefect) {
  // What comes in is checked, what goes out is ours: checking a long run's answer would hold up the main process.
  const unchecked = { initialOutputValidationIndex: NaN };
  const os = implement(contract, unchecked).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error, log);
    }
  });

  return os.router({
    workstation: {
      status: os.workstation.status.handler(() => services.status()),
      setConcurrency: os.workstation.setConcurrency.handler(({ input }) => {
        services.setConcurrency(input.concurrency);
        return {};
      }),
      events: os.workstation.events.handler(({ signal }) => eventsOf(services, signal, log)),
    },
    studies: {
      bundled: os.studies.bundled.handler(() => services.bundledStudies()),
      check: os.studies.check.handler(({ input, signal }) =>
        services.checkStudy(input.text, input.fileName, {
          acceptChangedData: input.acceptChangedData,
          signal,
        }),
      ),
      start: os.studies.start.handler(({ input }) =>
        services.startStudy(input.text, input.fileName, { acceptChangedData: input.acceptChangedData }),
      ),
      schema: os.studies.schema.handler(() => services.studySchema()),
      kept: os.studies.kept.handler(() => services.keptStudies()),
      keep: os.studies.keep.handler(({ input }) => services.keepStudy(input)),
      drop: os.studies.drop.handler(({ input }) => services.dropStudy(input.name).then(() => ({}))),
      page: os.studies.page.handler(({ input: { study, ...options }, signal }) =>
        services.studyPage(study, options, signal),
      ),
    },
    workspace: {
      sql: os.workspace.sql.handler(({ input, signal }) => services.sql(input, signal)),
      schema: os.workspace.schema.handler(() => services.sqlSchema()),
    },
    runs: {
      list: os.runs.list.handler(({ input }) => services.runList(input)),
      study: os.runs.study.handler(({ input }) => services.studyOfRun(input.id)),
      get: os.runs.get.handler(({ input }) => services.getRun(input.id)),
      events: os.runs.events.handler(({ input }) => services.events(input.id, input.before)),
      missingCheckpoints: os.runs.missingCheckpoints.handler(({ input }) =>
        services.missingCheckpoints(input.id).then((missing) => ({ missing })),
      ),
      epochs: os.runs.epochs.handler(({ input }) => services.epochFrame(input.id, input)),
      excess: os.runs.excess.handler(({ input }) => services.excessFrame(input.id, input.against, input)),
      classes: os.runs.classes.handler(({ input }) => services.classFrame(input.id, input)),
      curves: os.runs.curves.handler(({ input, signal }) => services.curves(input, signal)),
      overlap: os.runs.overlap.handler(({ input, signal }) => services.overlap(input, signal)),
      pause: os.runs.pause.handler(({ input }) => services.pause(input.id).then(() => ({}))),
      resume: os.runs.resume.handler(({ input }) => services.resume(input.id).then(() => ({}))),
      resumeAll: os.runs.resumeAll.handler(() => services.resumeAll()),
      setPriority: os.runs.setPriority.handler(({ input }) =>
        services.setPriority(input.id, input.priority).then((raised) => ({ raised })),
      ),
      stop: os.runs.stop.handler(({ input }) => services.stop(input.id).then(() => ({}))),
      mark: os.runs.mark.handler(({ input: { ids, ...marks } }) =>
        services.mark(ids, marks).then(() => ({})),
      ),
      specifications: os.runs.specifications.handler(({ input }) => services.specifications(input?.hashes)),
      remove: os.runs.remove.handler(({ input }) => services.remove(input.id).then(() => ({}))),
      channels: os.runs.channels.handler(({ input: { id, ...asked }, signal }) =>
        services.channels(id, asked, signal),
      ),
      blocked: os.runs.blocked.handler(({ input, signal }) =>
        services.blocked(input.id, input.from, input.to, signal),
      ),
      tracks: os.runs.tracks.handler(({ input: { id, ...asked }, signal }) =>
        services.tracks(id, asked, signal),
      ),
      planes: os.runs.planes.handler(({ input, signal }) =>
        services.planes(input.id, input.epoch, input.layer, input.planes, signal),
      ),
      magnitudes: os.runs.magnitudes.handler(({ input, signal }) =>
        services.magnitudes(input.id, input.from, input.to, signal),
      ),
      reckonedMagnitudes: os.runs.reckonedMagnitudes.handler(({ input, signal }) =>
        services.reckonedMagnitudes(input.id, input.epoch, signal),
      ),
      weightHistory: os.runs.weightHistory.handler(({ input: { id, ...asked }, signal }) =>
        services.weightHistory(id, asked, signal),
      ),
      weightForecast: os.runs.weightForecast.handler(({ input: { id, ...asked }, signal }) =>
        services.weightForecast(id, asked, signal),
      ),
      predictions: os.runs.predictions.handler(({ input }) =>
        services.predictions(input.id, input.epoch, input.moment),
      ),
      testImages: os.runs.testImages.handler(({ input, signal }) =>
        services.testImages(input.id, input.images, signal),
      ),
      masks: os.runs.masks.handler(({ input }) => services.masks(input.id, input.epoch, input.threshold)),
      weights: os.runs.weights.handler(({ input }) => services.weights(input.id, input.epoch, input.format)),
    },
    documents: {
      list: os.documents.list.handler(({ input }) => services.documents(input.kind)),
      save: os.documents.save.handler(({ input }) =>
        services.saveDocument(input.kind, input.document, input.instead).then(() => ({})),
      ),
      remove: os.documents.remove.handler(({ input }) =>
        services.removeDocument(input.kind, input.name).then(() => ({})),
      ),
    },
    exchange: {
      pack: os.exchange.pack.handler(({ input, signal }) => told(services.runFiles.pack(input, signal), log)),
      part: os.exchange.part.handler(({ input }) => services.runFiles.part(input.token, input.from)),
      receive: os.exchange.receive.handler(({ input }) => services.runFiles.receive(input.name, input.bytes)),
      append: os.exchange.append.handler(({ input }) =>
        services.runFiles.append(input.token, input.from, input.base64).then(() => ({})),
      ),
      open: os.exchange.open.handler(({ input, signal }) => told(services.runFiles.open(input, signal), log)),
      take: os.exchange.take.handler(({ input, signal }) =>
        told(services.runFiles.take(input.token, input.differing, signal), log),
      ),
      drop: os.exchange.drop.handler(({ input }) => services.runFiles.drop(input.token).then(() => ({}))),
    },
    figures: {
      list: os.figures.list.handler(() => services.figures.list()),
      save: os.figures.save.handler(({ input }) => services.figures.save(input)),
      remove: os.figures.remove.handler(({ input }) => services.figures.remove(input.name).then(() => ({}))),
      draw: os.figures.draw.handler(({ input, signal }) => services.figures.draw(input, signal)),
      check: os.figures.check.handler(({ input }) => services.figures.check(input.name)),
      file: os.figures.file.handler(({ input }) =>
        services.figures.file(input.figure, input.format, input.dpi),
      ),
      noteWritten: os.figures.noteWritten.handler(({ input }) =>
        services.figures.noteWritten(input.name, input.hash).then(() => ({})),
      ),
    },
  });
}

/** A client in the same process: the same contract, checks and errors as over a wire. */
export function createLocalClient(services: WorkstationServices): CascadeClient {
  return createRouterClient(createRouter(services));
}
