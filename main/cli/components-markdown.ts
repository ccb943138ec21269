import { code, markdownTable as table, plain } from './markdown.ts';
import type { OptionDescription } from '../studies/language/component-options.ts';
import type {
  DescribedNetwork,
  DescribedComponent,
  DescribedComponents,
} from '../studies/describe-components.ts';
import {
  countText,
  defaultText,
  inputText,
  isNetwork,
  kindsOf,
  macsText,
  sharedOptions,
  without,
  type ComponentsOfKind,
} from './components.ts';

/** docs/components.md, as `npm run generate` writes it. */
export function componentsMarkdown(described: DescribedComponents): string {
  const kinds = kindsOf(described);
  return [
    '# Components',
    'Everything that a [study file](study-files.md) may name. `npm run generate` writes this page from the registries: ' +
      'change the components, not the page. `npm run --silent cascade -- components` shows the same in a terminal, and ' +
      '`components <name>` one of them.',
    kinds.map(({ title }) => `- [${title}](#${title.toLowerCase().replaceAll(' ', '-')})`).join('\n'),
    ...kinds.flatMap(kindSections),
  ].join('\n\n');
}

function kindSections({ title, setting, parts }: ComponentsOfKind): string[] {
  const shared = sharedOptions(parts.map(({ options }) => options));
  return [
    `## ${title}`,
    `Named by \`${setting}\`.`,
    ...(parts.some(isNetwork) ? [networksTable(parts.filter(isNetwork))] : []),
    ...(shared.length > 0 ? ['All of them have these options:', ...optionTables(shared)] : []),
    ...parts.flatMap((component) => componentSections(component, without(component.options, shared))),
  ];
}

function networksTable(networks: readonly DescribedNetwork[]): string {
  const rows = networks
    .filter(({ input }) => input !== null)
    .map((network) => [
      code(network.name),
      inputText(network) ?? '',
      countText(network.parameters),
      macsText(network.macs),
    ]);
  return [
    'With default options, on images of their usual size: trainable parameters, and multiply-accumulates of the kernels ' +
      'for one image.',
    table(['network', 'images', 'parameters', 'MACs'], rows, [2, 3]),
  ].join('\n\n');
}

function componentSections(
  { name, title, source }: DescribedComponent,
  own: readonly OptionDescription[],
): string[] {
  return [
    `### ${code(name)}`,
    `${plain(title)}.${source === null ? '' : ` Source: ${plain(source)}.`}`,
    ...optionTables(own),
  ];
}

/** The table of some options, and one for each that holds mappings. */
function optionTables(options: readonly OptionDescription[]): string[] {
  if (options.length === 0) return [];
  return [
    table(['option', 'default', 'allowed', 'meaning'], options.map(optionRow)),
    ...options.flatMap((option) => withinTables(option)),
  ];
}

function withinTables({ name, within = [] }: OptionDescription): string[] {
  const shared = sharedOptions(within.map(({ options }) => options));
  const [first, ...others] = within;
  if (first === undefined) return [];
  if (others.length === 0) return [`Within ${code(name)}:`, ...optionTables(first.options)];
  const rows = within.flatMap(({ kind, options }) => {
    const own = without(options, shared);
    const named = (text: string): string => (text === '' ? '' : code(text));
    if (own.length === 0) return [[named(kind ?? ''), '', '', '', '']];
    return own.map((option, index) => [named(index === 0 ? (kind ?? '') : ''), ...optionRow(option)]);
  });
  return [
    `Within ${code(name)}, each one of:`,
    table(['kind', 'option', 'default', 'allowed', 'meaning'], rows),
    ...(shared.length > 0 ? ['All of these have:', ...optionTables(shared)] : []),
  ];
}

function optionRow(option: OptionDescription): string[] {
  const standard = defaultText(option);
  return [
    code(option.name),
    standard === null ? 'required' : code(standard),
    plain(option.allowed),
    plain(option.description),
  ];
}
