import { Option } from 'commander';
import { wholeNumber } from '../../entry/options.ts';
import { parseFields } from '../fields.ts';

/** Options that several commands take. */

export function acceptOption(): Option {
  return new Option(
    '--accept-changed-data',
    'where data were replaced: keep runs of the old data, and train new runs beside them',
  );
}

export function limitOption(description: string): Option {
  return new Option('--limit <n>', description).argParser(wholeNumber(1, 1e9));
}

export function fieldsOption(): Option {
  return new Option('--fields <names>', 'only these fields of the JSON document, such as id,state').argParser(
    parseFields,
  );
}

export function epochOption(): Option {
  return new Option('--epoch <n>', 'the epoch after which')
    .argParser(wholeNumber(0, 1e9))
    .makeOptionMandatory();
}
