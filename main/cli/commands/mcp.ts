import { createInterface } from 'node:readline';
import { concurrencyOption, threadsOption } from '../../entry/options.ts';
import { McpServer } from '../mcp/server.ts';
import type { CommandFile, GlobalOptions } from './command.ts';

export const mcp: CommandFile = ({ program, around, withClient }) => {
  program
    .command('mcp')
    .description('serve an assistant: the Model Context Protocol over standard input and output')
    .option('--write', 'let it start studies, and stop and resume runs; without this it only reads')
    .addOption(concurrencyOption())
    .addOption(threadsOption())
    .action(
      withClient<GlobalOptions & { write?: boolean }>(async ({ client, options }) => {
        const server = new McpServer(client, {
          version: around.version,
          write: options.write === true,
          send: (line) => around.stdout.write(line),
        });
        const interrupt = around.interrupt();
        // Whoever closed the input may still read what it asked for before; after an interruption nobody does.
        interrupt.signal.addEventListener('abort', () => server.cancelAll(), { once: true });
        const lines = createInterface({ input: around.stdin, signal: interrupt.signal });
        try {
          for await (const line of lines) server.connection.receive(line);
          await server.connection.settled();
        } finally {
          interrupt.release();
        }
      }),
    );
};
