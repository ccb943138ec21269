import { oc, eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { WEIGHT_FORMATS } from '../codec/weight-formats.ts';
import { CONTROL_KINDS } from '../controls.ts';
import { SPREAD_NAMES } from '../statistics/spread.ts';
import { SHOWN_THRESHOLD } from '../thresholds.ts';
import type { SqlSchema } from '../sql/schema.ts';
import * as documents from './document-schemas.ts';
import * as exchange from './exchange-schemas.ts';
import * as figures from './figure-schemas.ts';
import * as schemas from './schemas.ts';
import * as weights from './weight-schemas.ts';
import * as tracks from './track-schemas.ts';

/**
 * Every call between a window (or a script) and the workstation. Answers with masks or channel tables are
 * bytes, which travel beside the JSON (`common/line`), read with `common/codec/frames.ts`.
 */

const { runId } = schemas;
const oneRun = z.object({ id: runId });
const studyText = z.object({
  text: z.string().max(1_000_000),
  fileName: z.string().max(1_000),
  /** Where data were replaced that runs of the study were trained on: whether new runs of what is there now stand beside them. */
  acceptChangedData: z.boolean().default(false),
});

/** Errors that a person can act on arrive with these codes and one sentence. */
const call = oc.errors({
  NOT_FOUND: { message: 'There is nothing by that name.' },
  INVALID: {
    message: 'That cannot be done.',
    data: z.object({ problems: z.array(schemas.studyProblem) }).optional(),
  },
  CONFLICT: { message: 'The run is in another state.' },
  WORKSPACE: { message: 'The workspace cannot be written.' },
});

export const contract = {
  workstation: {
    status: call.output(schemas.workstationStatus),
    /** Runs queued beyond this number wait. */
    setConcurrency: call
      .input(z.object({ concurrency: z.number().int().min(1).max(64) }))
      .output(z.object({})),
    /** First a 'status', then what happens: whoever asks for the list of runs after that misses nothing. */
    events: call.output(eventIterator(schemas.workstationEvent)),
  },
  studies: {
    bundled: call.output(
      z.array(z.object({ name: z.string(), title: z.string(), description: z.string(), text: z.string() })),
    ),
    check: call.input(studyText).output(schemas.studyCheck),
    /** Queues what is new, resumes what was interrupted, and leaves finished runs as they are. Answers with all run ids, controls first. */
    start: call
      .input(studyText)
      .output(z.object({ study: z.string(), runs: z.array(runId), warnings: z.array(z.string()) })),
    schema: call.output(z.record(z.string(), z.unknown())),
    /** Texts that people wrote in this workspace, those changed last first. */
    kept: call.output(z.array(schemas.keptStudy)),
    /** Keeps a text under its name. An older one than is kept is passed over: `newer` is what is there then. */
    keep: call.input(schemas.keptStudy).output(z.object({ newer: schemas.keptStudy.nullable() })),
    drop: call.input(z.object({ name: z.string() })).output(z.object({})),
    /** The result of a study as one HTML page that needs nothing else. */
    page: call
      .input(
        z.object({
          study: z.string().max(1_000),
          threshold: z.string().max(40).default(SHOWN_THRESHOLD),
          spread: z.enum(SPREAD_NAMES).default('sd'),
        }),
      )
      .output(schemas.bytes),
  },
  workspace: {
    /** What a query tells, as a result frame: see `common/codec/result-frames.ts`. It only reads, and is ended once it is cancelled. */
    sql: call.input(schemas.sqlAsked).output(schemas.bytes),
    /** The views that queries are over. */
    schema: call.output(z.custom<SqlSchema>((value) => typeof value === 'object' && value !== null)),
  },
  runs: {
    /** The newest first, as one frame: see `common/codec/run-frames.ts`. */
    list: call.input(schemas.runFilter.optional()).output(schemas.bytes),
    /** A study file that asks for the settings of the run. */
    study: call.input(oneRun).output(z.object({ fileName: z.string(), text: z.string() })),
    /** With its newest events: as many as one answer holds. */
    get: call.input(oneRun).output(schemas.runDetail),
    /** The newest of a run's first events, of which there are `before`. */
    events: call
      .input(oneRun.extend({ before: z.number().int().min(0).optional() }))
      .output(schemas.eventPage),
    /** Looks for every file of the run's checkpoints. */
    missingCheckpoints: call.input(oneRun).output(schemas.missingCheckpoints),
    /** Summaries of epochs, as a frame of rows: see `common/codec/rows.ts`. */
    epochs: call.input(oneRun.extend(schemas.epochWindow.shape)).output(schemas.bytes),
    /** The same of the excess; empty for a run without a control of the kind. */
    excess: call
      .input(oneRun.extend({ ...schemas.epochWindow.shape, against: z.enum(CONTROL_KINDS).default('dense') }))
      .output(schemas.bytes),
    /** Right answers on the test split by class, as a frame of rows, as many as one answer holds. */
    classes: call
      .input(oneRun.extend({ from: schemas.epochWindow.shape.from, to: schemas.epochWindow.shape.to }))
      .output(schemas.bytes),
    /**
     * Any measures of any runs against any other, epoch by epoch, as a curve frame of as many runs as one answer holds:
     * `common/contract/read-curves.ts` asks for all.
     */
    curves: call.input(schemas.curvesAsked).output(schemas.bytes),
    /** What kept, alive or shed weights of runs have in common. Refused where their networks differ. */
    overlap: call.input(schemas.overlapAsked).output(schemas.overlap),
    pause: call.input(oneRun).output(z.object({})),
    resume: call.input(oneRun).output(z.object({})),
    /**
     * Queues every run that was interrupted, such as by a machine that went off, and those that failed for want of data
     * that are back.
     */
    resumeAll: call.output(schemas.resumedRuns),
    /**
     * Of those that wait, runs of higher priority are trained first, but none before its controls, its trunk and the run
     * whose masks it takes: `raised` are those of them that came along.
     */
    setPriority: call
      .input(oneRun.extend({ priority: z.number().int().min(-1000).max(1000) }))
      .output(z.object({ raised: z.array(z.string()) })),
    stop: call.input(oneRun).output(z.object({})),
    /** Tags, notes, stars and the bin. Runs that wait or train cannot go to the bin. */
    mark: call
      .input(schemas.runMarks.extend({ ids: z.array(runId).min(1).max(100_000) }))
      .output(z.object({})),
    /** Deletes a run for good. */
    remove: call.input(oneRun).output(z.object({})),
    /** Specifications of the runs with these hashes, or of all: a frame, see `common/codec/specifications.ts`. */
    specifications: call
      .input(z.object({ hashes: z.array(z.string().max(100)).max(100_000) }).optional())
      .output(schemas.bytes),
    /** Channel tables of every layer, of as many epochs as one answer holds: a channel frame. */
    channels: call.input(oneRun.extend(schemas.channelsAsked.shape)).output(schemas.bytes),
    /** How many channels of all layers are blocked after each of the epochs [from, to], as a frame of rows: `BlockedChannels`. */
    blocked: call
      .input(oneRun.extend({ from: z.number().int().min(0), to: z.number().int().min(0) }))
      .output(schemas.bytes),
    /** Weights of all layers by state after some epochs, as many as one answer holds, as a frame of rows: `TrackEpoch`. */
    tracks: call.input(oneRun.extend(tracks.tracksAsked.shape)).output(schemas.bytes),
    /**
     * The weights of one layer after one epoch: a plane frame. `planes` names those that are wanted, such as 'pruned', 'inert'
     * and 'shed 1e-3'; by default all.
     */
    planes: call
      .input(
        oneRun.extend({
          epoch: z.number().int().min(0),
          layer: z.string(),
          planes: z.array(z.string()).min(1).optional(),
        }),
      )
      .output(schemas.bytes),
    /**
     * Histograms of |w| as they were recorded, as many epochs as an answer has room for: see `common/codec/magnitude-counts.ts`.
     * Epochs of earlier versions have none.
     */
    magnitudes: call
      .input(oneRun.extend({ from: z.number().int().min(0), to: z.number().int().min(0) }))
      .output(schemas.bytes),
    /** The same of one epoch, counted from its checkpoint. */
    reckonedMagnitudes: call.input(oneRun.extend({ epoch: z.number().int().min(0) })).output(schemas.bytes),
    /** States and values of one weight over some epochs, as many as an answer has time for: ask again from `next` on. */
    weightHistory: call.input(oneRun.extend(weights.weightHistoryAsked.shape)).output(weights.weightHistory),
    /** What the optimizer alone makes of a weight from an epoch on, where its channel is freed. */
    weightForecast: call
      .input(oneRun.extend(weights.weightForecastAsked.shape))
      .output(weights.weightForecast),
    /** What was answered for every test image, with margins, at a marked moment: a prediction frame. */
    predictions: call
      .input(oneRun.extend({ epoch: z.number().int().min(0), moment: schemas.moment.default('epoch') }))
      .output(schemas.bytes),
    /** Images of the test split that the run was evaluated on: an image frame, see `common/codec/image-frames.ts`. */
    testImages: call
      .input(oneRun.extend({ images: z.array(z.number().int().min(0)).min(1).max(256) }))
      .output(schemas.bytes),
    /** Boolean arrays by layer as a NumPy .npz: <layer>.pruned, <layer>.shed (at the threshold), <layer>.inert. */
    masks: call
      .input(oneRun.extend({ epoch: z.number().int().min(0), threshold: z.string() }))
      .output(schemas.bytes),
    /** Weights and masks after an epoch that has a checkpoint, as safetensors. */
    weights: call
      .input(
        oneRun.extend({
          epoch: z.number().int().min(0),
          format: z.enum(WEIGHT_FORMATS).default('default'),
        }),
      )
      .output(schemas.bytes),
  },
  documents: {
    /** All of the kind, by name. */
    list: call.input(z.object({ kind: documents.documentKind })).output(z.array(documents.storedDocument)),
    /** Writes over one that has the name already. */
    save: call.input(documents.keptDocument).output(z.object({})),
    remove: call
      .input(z.object({ kind: documents.documentKind, name: documents.documentName }))
      .output(z.object({})),
  },
  /** Whole runs as files, and those of other workspaces. Files go in parts; a token names one until it is dropped. */
  exchange: {
    /** Writes runs, with those that they need, into a file that waits to be read. */
    pack: call.input(exchange.packAsked).output(eventIterator(exchange.packStep)),
    part: call.input(exchange.partAsked).output(schemas.bytes),
    receive: call.input(exchange.receiveAsked).output(exchange.oneToken),
    append: call.input(exchange.appendAsked).output(z.object({})),
    /** Checks a file or a workspace, and tells of each run how it stands to what is here. Writes nothing. */
    open: call.input(exchange.openAsked).output(eventIterator(exchange.openStep)),
    /** Takes all that was told of, or nothing. */
    take: call.input(exchange.takeAsked).output(eventIterator(exchange.takeStep)),
    drop: call.input(exchange.oneToken).output(z.object({})),
  },
  figures: {
    list: call.output(z.array(figures.savedFigure)),
    /** Keeps it under its name. */
    save: call.input(figures.figureSpecification).output(figures.savedFigure),
    remove: call.input(z.object({ name: figures.figureName })).output(z.object({})),
    /** As it is with the runs that there are now: what the page shows. */
    draw: call.input(figures.figureSpecification).output(figures.drawnFigure),
    /** Whether the workspace still gives the numbers of the files that were written last. */
    check: call.input(z.object({ name: figures.figureName })).output(figures.figureCheck),
    /** A file of one that is saved, by its name, or of any. */
    file: call
      .input(
        z.object({
          figure: z.union([figures.figureName, figures.figureSpecification]),
          format: z.enum(figures.FIGURE_FORMATS),
          /** Of PNG: pixels an inch. */
          dpi: z.int().min(36).max(1200).default(300),
        }),
      )
      .output(schemas.bytes),
    /** Notes that files with these numbers were written. */
    noteWritten: call
      .input(z.object({ name: figures.figureName, hash: z.string().regex(/^[0-9a-f]{64}$/) }))
      .output(z.object({})),
  },
};

export type CascadeContract = typeof contract;
