import { StyleModule } from 'style-mod';

const sheets = new WeakMap<StyleModule, CSSStyleSheet>();

function sheetOf(module: StyleModule): CSSStyleSheet {
  const known = sheets.get(module);
  if (known) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(module.getRules());
  sheets.set(module, sheet);
  return sheet;
}

/**
 * CodeMirror's styles come into the page as `<style>` elements, which its policy forbids. Sheets that a script builds and the document
 * adopts are allowed, and hold the same rules. Call before the first editor is made.
 */
export function adoptStyles(): void {
  StyleModule.mount = (root, modules) => {
    const mounted = [modules].flat().map(sheetOf);
    // What is mounted later takes precedence, as with elements; the rest keeps its order.
    const others = root.adoptedStyleSheets.filter((sheet) => !mounted.includes(sheet));
    root.adoptedStyleSheets = [...others, ...mounted];
  };
}
