/** Which runs are chosen, and the one from which a range reaches. */
export interface Selection {
  chosen: ReadonlySet<string>;
  anchor: string | null;
}

/** So many ids have room in an address. */
export const MOST_IN_ADDRESS = 200;

/**
 * What a press on a run chooses, as in lists everywhere: it alone; with Ctrl or ⌘ it beside the others, or not any more; with Shift
 * all from the anchor to it.
 *
 * @param order ids as they are seen
 */
export function choose(
  { chosen, anchor }: Selection,
  id: string,
  order: readonly string[],
  keys: { ctrlKey: boolean; metaKey: boolean; shiftKey: boolean },
): Selection {
  if (keys.shiftKey && anchor !== null) {
    const [from, to] = [order.indexOf(anchor), order.indexOf(id)].sort((one, other) => one - other);
    if (from! >= 0) {
      const range = order.slice(from, to! + 1);
      return { chosen: new Set(keys.ctrlKey || keys.metaKey ? [...chosen, ...range] : range), anchor };
    }
  }
  if (keys.ctrlKey || keys.metaKey) {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    return { chosen: next, anchor: id };
  }
  return { chosen: new Set([id]), anchor: id };
}
