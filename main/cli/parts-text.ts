import type { OptionDescription } from '../../common/study/component-options.ts';
import type { NetworkPart, Part, Parts } from '../trainer/parts.ts';
import {
  countText,
  defaultText,
  findParts,
  inputText,
  isNetwork,
  kindsOf,
  macsText,
  sharedOptions,
  withinTitle,
  without,
  type PartsOfKind,
} from './parts.ts';
import { table } from './table.ts';

/** What `cascade parts` shows a person: a table for each kind. */
export function partsText(parts: Parts): string {
  return kindsOf(parts).map(kindText).join('\n\n');
}

function kindText({ title, setting, parts }: PartsOfKind): string {
  const shared = sharedOptions(parts.map(({ options }) => options));
  const rows = parts.map((part) => [
    part.name,
    ...(isNetwork(part) ? [inputText(part) ?? '–', countText(part.parameters), macsText(part.macs)] : []),
    part.title,
    without(part.options, shared).map(brief).join(', '),
  ]);
  const numbers = [
    { title: 'images' },
    { title: 'parameters', number: true },
    { title: 'MACs', number: true },
  ];
  const columns = [
    { title: 'name' },
    ...(parts.some(isNetwork) ? numbers : []),
    { title: 'what it is' },
    { title: 'options' },
  ];
  return [
    `${title} (${setting})`,
    table(columns, rows),
    ...(shared.length > 0 ? [`All have: ${shared.map(brief).join(', ')}`] : []),
  ].join('\n');
}

function brief(option: OptionDescription): string {
  const standard = defaultText(option);
  return standard === null ? `${option.name} (required)` : `${option.name}: ${standard}`;
}

/** Everything about the parts of one name. @throws CascadeError NOT_FOUND. */
export function partText(parts: Parts, name: string): string {
  return findParts(parts, name)
    .flatMap(({ title, setting, parts: found }) => found.map((part) => detail(part, `${title} (${setting})`)))
    .join('\n\n');
}

function detail(part: Part | NetworkPart, kind: string): string {
  const facts = [
    `${part.name}: ${part.title}`,
    kind,
    ...(part.source === null ? [] : [`Source: ${part.source}`]),
    ...(isNetwork(part) && part.input !== null
      ? [
          `${countText(part.parameters)} parameters, ${macsText(part.macs)} MACs for images of ${inputText(part)}`,
        ]
      : []),
  ];
  const tables = part.options.flatMap((option) =>
    (option.within ?? []).map(
      (mapping) => `${withinTitle(option, mapping)}\n${optionsTable(mapping.options)}`,
    ),
  );
  return [facts.join('\n'), ...(part.options.length > 0 ? [optionsTable(part.options)] : []), ...tables].join(
    '\n\n',
  );
}

function optionsTable(options: readonly OptionDescription[]): string {
  return table(
    [{ title: 'option' }, { title: 'default' }, { title: 'allowed' }, { title: 'meaning' }],
    options.map((option) => [
      option.name,
      defaultText(option) ?? '(required)',
      option.allowed,
      option.description,
    ]),
  );
}
