/** Where the page lives. Not file://, which has powers that a page does not need (checklist, 18). */
export const SCHEME = 'cascade';
export const ORIGIN = `${SCHEME}://app`;
export const START = `${ORIGIN}/`;

/** Hosts that links in the window may lead to, in the user's own browser. Exact names: no wildcards. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['arxiv.org']);

/** The paper that cascade weight shedding comes from (Azarian & Porikli, 2021). */
export const PAPER = 'https://arxiv.org/abs/2103.10629';

/** Whether the address is of our page. An empty or broken address is not: a frame that is gone has one. */
export function isOurs(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${SCHEME}:` && url.host === 'app' && url.username === '';
}

/** The only addresses that are ever handed to the system to open. */
export function isAllowedOutside(address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.protocol !== 'https:' || !EXTERNAL_HOSTS.has(url.host)) return false;
  return url.username === '' && url.password === '';
}

/** What the page may ask for at all: its own files, and what it made itself. The developer tools are Electron's. */
export function isAllowedRequest(address: string): boolean {
  const protocol = URL.parse(address)?.protocol;
  if (protocol === `${SCHEME}:`) return isOurs(address);
  if (protocol === 'blob:') return address.startsWith(`blob:${ORIGIN}/`);
  return protocol === 'data:' || protocol === 'devtools:';
}
