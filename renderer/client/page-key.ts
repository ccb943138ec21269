/**
 * The secret that the workstation gave to this page alone: without it the cookie, which browsers show to every server of
 * this machine, opens nothing. It comes behind the '#' of the address, and is kept for this tab and origin, so that a
 * reload has it. Other tabs of the origin are asked for it over a channel that no other port can listen to.
 */
export interface PageKey {
  /** Null where this tab has none yet. */
  current(): string | null;
  /** Asks the other tabs; one that comes is told by `changed`. */
  ask(): void;
  /** Gives the key to tabs that ask, and to those that wait for one: it has just opened a connection. */
  share(): void;
  /** From now on this tab does not know whether its key is good, and gives it to no one. */
  doubt(): void;
}

const STORED = 'cascade.key';
const CHANNEL = 'cascade.key';
const ASK = 'ask';
const KEY = /^key=([A-Za-z0-9_-]{1,128})$/;

/** In memory as well: where the browser refuses to store it, it lasts as long as the page. */
let key: string | null = stored();
takeFromAddress();

/** Takes the key out of the address, before anything else reads that, and before it is copied or bookmarked. */
function takeFromAddress(): void {
  const given = KEY.exec(location.hash.slice(1))?.[1];
  if (given === undefined) return;
  keep(given);
  history.replaceState(null, '', `${location.pathname}${location.search}`);
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(STORED);
  } catch {
    return null;
  }
}

function keep(given: string): void {
  key = given;
  try {
    sessionStorage.setItem(STORED, given);
  } catch {
    // The page has it as long as it lives.
  }
}

/** @param changed called when another tab gave a key that this one did not have */
export function usePageKey(changed: () => void): PageKey {
  const channel = new BroadcastChannel(CHANNEL);
  let good = false;
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data === ASK && good) channel.postMessage(`key=${key}`);
    const given = typeof data === 'string' ? KEY.exec(data)?.[1] : undefined;
    if (given === undefined || good || given === key) return;
    keep(given);
    changed();
  });
  return {
    current: () => key,
    ask: () => channel.postMessage(ASK),
    share: () => {
      good = true;
      channel.postMessage(`key=${key}`);
    },
    doubt: () => {
      good = false;
    },
  };
}
