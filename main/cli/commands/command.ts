import type { Command } from 'commander';
import type { CascadeClient } from '../../api/router.ts';
import { openConnection } from '../connection.ts';
import { Output } from '../output.ts';
import type { Surroundings } from '../surroundings.ts';

/** Options that every command takes, after parsing. */
export interface GlobalOptions {
  workspace: string;
  json?: boolean;
  concurrency?: number;
  threads?: number;
}

export type StudyOptions = GlobalOptions & { acceptChangedData?: boolean };

/** What an action with a client is given. */
export interface ActionContext<Options> {
  client: CascadeClient;
  output: Output;
  name: string;
  /** The arguments after parsing; `name` is the first, as it was written. */
  given: readonly unknown[];
  options: Options;
}

/** What a command is made of. */
export interface CommandKit {
  program: Command;
  around: Surroundings;
  /** Runs an action with a client, which is closed whatever happens. */
  withClient: <Options extends GlobalOptions>(
    action: (context: ActionContext<Options>) => Promise<void>,
  ) => (...given: unknown[]) => Promise<void>;
  /** @param json whether `--json` was given */
  outputFor: (json: boolean | undefined) => Output;
}

/**
 * Adds one command to the program: its arguments, options and action. Actions reject with what went wrong; commander's own
 * mistakes are CommanderErrors.
 */
export type CommandFile = (kit: CommandKit) => void;

export function commandKit(program: Command, around: Surroundings): CommandKit {
  const outputFor = (json: boolean | undefined): Output =>
    new Output(json === true, around.stdout, around.stderr);
  return {
    program,
    around,
    outputFor,
    withClient:
      <Options extends GlobalOptions>(action: (context: ActionContext<Options>) => Promise<void>) =>
      async (...given) => {
        const command = given.at(-1) as Command;
        const options = command.optsWithGlobals<Options>();
        const output = outputFor(options.json);
        const connection = await openConnection(
          {
            folder: options.workspace,
            ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
            ...(options.threads === undefined ? {} : { threads: options.threads }),
          },
          around,
        );
        try {
          for (const notice of connection.notices) output.warn(notice);
          const [name = ''] = command.args;
          await action({ client: connection.client, output, name, given: command.processedArgs, options });
        } finally {
          await connection.close();
        }
      },
  };
}
