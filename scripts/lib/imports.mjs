import ts from 'typescript';

/**
 * What a source file imports: static, dynamic and type imports, re-exports, `require`, and files named for a
 * worker by `new URL('…', import.meta.url)`.
 * @param {string} text of a .ts or .vue file
 * @param {boolean} vue
 * @returns {{ specifier: string, line: number, worker: boolean }[]} `worker` for a file that a thread of its own runs
 */
export function importsOf(text, vue) {
  const code = vue ? scriptsOf(text) : text;
  const found = ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName, pos }) => ({ specifier: fileName, at: pos, worker: false }));
  for (const match of code.matchAll(/new URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g)) {
    found.push({ specifier: match[1] ?? '', at: match.index, worker: true });
  }
  return found.map(({ specifier, at, worker }) => ({
    specifier,
    line: code.slice(0, at).split('\n').length,
    worker,
  }));
}

/**
 * The script blocks of a Vue component, at their lines: everything else is blanked.
 * @param {string} text
 */
function scriptsOf(text) {
  const blank = (/** @type {string} */ part) => part.replace(/[^\n]/g, ' ');
  let code = '';
  let after = 0;
  for (const match of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = match.index + (match[1] ?? '').length;
    code += blank(text.slice(after, start)) + match[2];
    after = start + (match[2] ?? '').length;
  }
  return code;
}
