import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node } from 'yaml';
import { quoted } from '../../base/names.ts';

/** Values that a text may stand for once its aliases are followed. */
const MOST_VALUES = 300_000;

/** A document as plain values. */
export interface YamlValue {
  value: unknown;
  /** What each alias stands for. */
  anchored: ReadonlyMap<Node, Node>;
}

/** Thrown of the alias that cannot be followed. */
export class AliasError extends Error {
  readonly alias: Node;

  constructor(alias: Node, why: string) {
    super(`this alias cannot be followed (${why}); write the value out, or use shared`);
    this.name = 'AliasError';
    this.alias = alias;
  }
}

/**
 * What a document without mistakes says. An alias is the value of its anchor itself, not a copy, and counts as large:
 * a few lines can stand for more than any memory holds. @throws AliasError
 */
export function valueOf(document: Document.Parsed): YamlValue {
  const anchors = new Map<string, { node: Node; value: unknown; size: number } | 'open'>();
  const anchored = new Map<Node, Node>();
  /** Values so far, those behind aliases each time. */
  let size = 0;

  function read(node: unknown): unknown {
    size++;
    if (isAlias(node)) return follow(node);
    const anchor = (node as (Node & { anchor?: string }) | null)?.anchor;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const before = size - 1;
    const value = plain(node);
    if (anchor !== undefined) anchors.set(anchor, { node: node as Node, value, size: size - before });
    return value;
  }

  function follow(alias: Node & { source: string }): unknown {
    const found = anchors.get(alias.source);
    if (found === undefined)
      throw new AliasError(alias, `there is no anchor ${quoted(`&${alias.source}`)} before it`);
    if (found === 'open') throw new AliasError(alias, 'it stands within what it repeats');
    size += found.size;
    if (size > MOST_VALUES) throw new AliasError(alias, `with it the text stands for too many values`);
    anchored.set(alias, found.node);
    return found.value;
  }

  function plain(node: unknown): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map(read);
    if (!isMap(node)) return null;
    const value: Record<string, unknown> = {};
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      // Assigned, the key '__proto__' would not become one.
      Object.defineProperty(value, key, {
        value: read(pair.value),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return value;
  }

  return { value: read(document.contents), anchored };
}
