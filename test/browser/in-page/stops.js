/**
 * Lists with more stops of the Tab key than a person goes through: what lies in one list, table body or bar, and what looks alike
 * one after another.
 */
({ most }) => {
  const shown = (element) =>
    element.tabIndex >= 0 &&
    !element.matches(':disabled') &&
    element.checkVisibility({ checkVisibilityCSS: true });
  const within = (root) =>
    [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(shown);
  const said = (element) =>
    `${element.tagName.toLowerCase()}.${element.className} ${element.getAttribute('aria-label') ?? ''}`;
  const long = [...document.querySelectorAll('ul, ol, dl, tbody, thead, aside, [role=row], [role=toolbar]')]
    .map((list) => ({ list, count: within(list).length }))
    .filter(({ count }) => count > most)
    .map(({ list, count }) => `${count} in ${said(list)}`);
  let [before, run] = ['', 0];
  for (const element of within(document.body)) {
    const look = `${element.tagName}.${element.className}`;
    run = look === before ? run + 1 : 1;
    before = look;
    if (run === most + 1) long.push(`${run} or more like ${said(element)}`);
  }
  return long;
};
