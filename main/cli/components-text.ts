import type { OptionDescription } from '../studies/language/component-options.ts';
import type {
  DescribedNetwork,
  DescribedComponent,
  DescribedComponents,
} from '../studies/describe-components.ts';
import {
  countText,
  defaultText,
  findComponents,
  inputText,
  isNetwork,
  kindsOf,
  macsText,
  sharedOptions,
  withinTitle,
  without,
  type ComponentsOfKind,
} from './components.ts';
import { table } from './table.ts';

/** What `cascade components` shows a person: a table for each kind. */
export function componentsText(described: DescribedComponents): string {
  return kindsOf(described).map(kindText).join('\n\n');
}

function kindText({ title, setting, parts }: ComponentsOfKind): string {
  const shared = sharedOptions(parts.map(({ options }) => options));
  const rows = parts.map((component) => [
    component.name,
    ...(isNetwork(component)
      ? [inputText(component) ?? '–', countText(component.parameters), macsText(component.macs)]
      : []),
    component.title,
    without(component.options, shared).map(brief).join(', '),
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

/** Everything about the components of one name. @throws CascadeError NOT_FOUND. */
export function componentText(described: DescribedComponents, name: string): string {
  return findComponents(described, name)
    .flatMap(({ title, setting, parts: found }) =>
      found.map((component) => detail(component, `${title} (${setting})`)),
    )
    .join('\n\n');
}

function detail(component: DescribedComponent | DescribedNetwork, kind: string): string {
  const facts = [
    `${component.name}: ${component.title}`,
    kind,
    ...(component.source === null ? [] : [`Source: ${component.source}`]),
    ...(isNetwork(component) && component.input !== null
      ? [
          `${countText(component.parameters)} parameters, ${macsText(component.macs)} MACs for images of ${inputText(component)}`,
        ]
      : []),
  ];
  const tables = component.options.flatMap((option) =>
    (option.within ?? []).map(
      (mapping) => `${withinTitle(option, mapping)}\n${optionsTable(mapping.options)}`,
    ),
  );
  return [
    facts.join('\n'),
    ...(component.options.length > 0 ? [optionsTable(component.options)] : []),
    ...tables,
  ].join('\n\n');
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
