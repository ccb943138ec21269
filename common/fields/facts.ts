import { RUN_STATES } from '../contract/schemas.ts';
import type { RunSummary } from '../contract/schemas.ts';
import type { Field, FieldValue } from './field.ts';

type Told = FieldValue | null | readonly FieldValue[];

function fact(field: Omit<Field, 'kind' | 'values'>, told: (run: RunSummary) => Told): Field {
  return { ...field, kind: 'fact', values: ({ run }) => listed(told(run)) };
}

function listed(told: Told): readonly FieldValue[] {
  if (told === null) return [];
  return typeof told === 'object' ? told : [told];
}

const different = (values: readonly string[]): string[] => [...new Set(values)];

/** What is known of a run beside its specification and its measures. */
export const FACTS: readonly Field[] = [
  fact(
    { id: 'id', title: 'Run', type: 'text', definition: 'Hash of the specification, and the seed.' },
    ({ id }) => id,
  ),
  fact(
    { id: 'study', title: 'Study', type: 'text', definition: 'Studies that ask for the run.' },
    ({ memberships }) => different(memberships.map(({ study }) => study)),
  ),
  fact(
    { id: 'arm', title: 'Arm', type: 'text', definition: 'Arms that ask for the run.' },
    ({ memberships }) => different(memberships.map(({ arm }) => arm)),
  ),
  fact(
    { id: 'seed', title: 'Seed', type: 'number', definition: 'Decides weights, order and chance.' },
    ({ seed }) => seed,
  ),
  fact(
    {
      id: 'specification',
      title: 'Specification',
      type: 'text',
      definition:
        'Hash of everything that decides the numbers but the seed: runs that have it in common are seeds of one another.',
    },
    ({ hash }) => hash,
  ),
  fact(
    { id: 'state', title: 'State', type: 'text', definition: 'How it stands.', known: RUN_STATES },
    ({ state }) => state,
  ),
  fact(
    { id: 'prunes', title: 'Prunes', type: 'flag', definition: 'Whether weights are pruned in it.' },
    ({ prunes }) => prunes,
  ),
  fact(
    { id: 'tag', aliases: ['tags'], title: 'Tags', type: 'text', definition: 'Words that a person gave it.' },
    ({ tags }) => tags,
  ),
  fact(
    { id: 'note', title: 'Note', type: 'text', definition: 'What a person wrote about it.' },
    ({ note }) => note,
  ),
  fact(
    {
      id: 'starred',
      aliases: ['star'],
      title: 'Starred',
      type: 'flag',
      definition: 'Whether a person marked it.',
    },
    ({ starred }) => starred,
  ),
  fact(
    { id: 'epochsDone', title: 'Epochs done', type: 'number', definition: 'Epochs that are recorded.' },
    ({ epochsDone }) => epochsDone,
  ),
  fact(
    {
      id: 'epochsTotal',
      title: 'Epochs planned',
      type: 'number',
      definition: 'Epochs of training and retraining.',
    },
    ({ epochsTotal }) => epochsTotal,
  ),
  fact(
    { id: 'control', title: 'Control', type: 'text', definition: 'Its dense control, by id.' },
    ({ control }) => control,
  ),
  fact(
    { id: 'priority', title: 'Priority', type: 'number', definition: 'Higher ones are trained first.' },
    ({ priority }) => priority,
  ),
  fact(
    { id: 'created', title: 'Created', type: 'time', definition: 'When it was asked for.' },
    ({ createdAt }) => createdAt,
  ),
  fact(
    { id: 'started', title: 'Started', type: 'time', definition: 'When it began.' },
    ({ startedAt }) => startedAt,
  ),
  fact({ id: 'ended', title: 'Ended', type: 'time', definition: 'When it ended.' }, ({ endedAt }) => endedAt),
];
