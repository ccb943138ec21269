/** The look of the page: no font and no picture from elsewhere, light or dark as the reader has it, black on white on paper. */
export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #15181c; --quiet: #4c5560; --line: #d5dae0; --soft: #f4f6f8; --link: #0b5f5a; }
@media (prefers-color-scheme: dark) { :root { --page: #0e1115; --text: #e7eaee; --quiet: #aeb7c2; --line: #333b46; --soft: #171c22; --link: #4fd1c5; } }
* { box-sizing: border-box; }
body { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, 'Segoe UI', Arial, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.25; }
h2 { margin: 2.25rem 0 .5rem; font-size: 1.2rem; }
p { margin: .5rem 0; max-width: 46rem; }
.quiet, caption, figcaption { color: var(--quiet); font-size: .9rem; }
.note { padding: .5rem .75rem; border-left: 3px solid #b36b00; background: var(--soft); }
a { color: var(--link); }
.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; overflow-wrap: normal; }
th, td { padding: .3rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
th.number, td.number { text-align: right; }
tbody th { min-width: 8rem; max-width: 22rem; overflow-wrap: break-word; }
td.number { white-space: nowrap; }
figure { margin: 1rem 0 1.75rem; }
figure svg { display: block; width: 100%; max-width: 42rem; height: auto; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
pre { padding: .75rem 1rem; border: 1px solid var(--line); background: var(--soft); font: .85rem/1.45 ui-monospace, Consolas, monospace; white-space: pre-wrap; }
code { font: .9em ui-monospace, Consolas, monospace; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.25rem; margin: .75rem 0; font-size: .92rem; }
dt { color: var(--quiet); }
dd { margin: 0; }
@media (max-width: 40rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .4rem; } }
@media print {
  :root { color-scheme: light; --page: #fff; --text: #000; --quiet: #333; --line: #999; --soft: #fff; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
  h2 { break-after: avoid; }
  figure, tr, .note { break-inside: avoid; }
}
@page { margin: 18mm; }
`.trim();
