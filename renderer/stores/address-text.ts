import { VIEWS, type ViewName } from './views.ts';

export type { ViewName } from './views.ts';

export interface Address {
  view: ViewName;
  parameters: Readonly<Record<string, string>>;
}

/** Reads '#/replay?run=…&epoch=9'; what is not an address is the table of runs. */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const view = VIEWS.find(({ name }) => name === path)?.name ?? 'runs';
  return { view, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function formatAddress(address: Address): string {
  const query = new URLSearchParams(address.parameters).toString();
  return `#/${address.view}${query === '' ? '' : `?${query}`}`;
}
