/**
 * A value as indented lines, much as a study file writes it: lists and objects of plain values stay on one line.
 * It is for reading; what is copied is JSON.
 */
export function readable(value: unknown, indent = ''): string {
  if (!isRecord(value) && !Array.isArray(value)) return plain(value);
  const entries = Array.isArray(value)
    ? value.map((entry) => ['-', entry] as const)
    : Object.entries(value).map(([key, entry]) => [`${key}:`, entry] as const);
  return entries
    .map(([label, entry]) => {
      const short = inline(entry);
      if (short !== null && indent.length + label.length + short.length < 100)
        return `${indent}${label} ${short}`;
      return `${indent}${label}\n${readable(entry, `${indent}  `)}`;
    })
    .join('\n');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[^\s"'{}[\],:#][^"'{}[\],#\n]*$/.test(value) && !value.includes(': ')
    ? value
    : (JSON.stringify(value) ?? 'null');
}

/** One line for plain values and for collections of nothing but plain values; null for what is deeper. */
function inline(value: unknown): string | null {
  const deep = (entry: unknown) => isRecord(entry) || Array.isArray(entry);
  if (Array.isArray(value)) {
    const parts = value.map((entry) => (deep(entry) ? inlineRecord(entry) : plain(entry)));
    return parts.includes(null) ? null : `[${parts.join(', ')}]`;
  }
  return isRecord(value) ? (Object.values(value).some(isRecord) ? null : inlineRecord(value)) : plain(value);
}

function inlineRecord(value: unknown): string | null {
  if (!isRecord(value)) return null;
  const parts = Object.entries(value).map(([key, entry]) => {
    const text = isRecord(entry) ? null : inline(entry);
    return text === null ? null : `${key}: ${text}`;
  });
  return parts.includes(null) ? null : `{ ${parts.join(', ')} }`;
}
