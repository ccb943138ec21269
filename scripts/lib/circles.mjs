/**
 * The circles of a graph: for each group of nodes that all reach one another, one shortest way round through its first
 * node.
 * @param {ReadonlyMap<string, readonly string[]>} edges from each node; nodes that are not keys have none
 * @returns {string[][]} each from a node back to itself
 */
export function circlesOf(edges) {
  /** @type {Set<string>} */
  const told = new Set();
  const circles = [];
  for (const start of [...edges.keys()].sort()) {
    if (told.has(start)) continue;
    const circle = shortestWay(edges, start);
    if (circle === null) continue;
    circles.push(circle);
    const reached = reach(edges, start);
    for (const node of reached) if (reach(edges, node).has(start)) told.add(node);
  }
  return circles;
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} edges
 * @param {string} start
 * @returns {Set<string>} every node that one or more edges lead to from there
 */
function reach(edges, start) {
  const reached = new Set();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const next of edges.get(node) ?? [])
      if (!reached.has(next)) {
        reached.add(next);
        open.push(next);
      }
  return reached;
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} edges
 * @param {string} start
 * @returns {string[] | null} from there back to it, by as few edges as can be; null where no way leads back
 */
function shortestWay(edges, start) {
  /** @type {Map<string, string>} */
  const before = new Map();
  let wave = [start];
  while (wave.length > 0) {
    const next = [];
    for (const node of wave)
      for (const target of edges.get(node) ?? []) {
        if (before.has(target)) continue;
        before.set(target, node);
        if (target === start) return wayBack(before, start);
        next.push(target);
      }
    wave = next;
  }
  return null;
}

/**
 * @param {ReadonlyMap<string, string>} before
 * @param {string} start
 */
function wayBack(before, start) {
  const way = [start];
  for (let node = before.get(start); node !== undefined && node !== start; node = before.get(node))
    way.unshift(node);
  return [start, ...way];
}
