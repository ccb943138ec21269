import type { CommandFile } from './command.ts';

export const schema: CommandFile = ({ program, around }) => {
  program
    .command('schema')
    .description('print the JSON Schema of study files')
    .action(async () => {
      around.stdout.write(`${JSON.stringify(await around.studySchema(), null, 2)}\n`);
    });
};
