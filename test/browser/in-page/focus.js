/**
 * With 'list': marks every control that can be seen with a number, and says what each is. With 'where': the number
 * and the look of the one that has the focus. What lies in a grid, a list of tabs or a scroller that keeps one place
 * in the order of the Tab key (its others are reached with the arrows) is marked as such.
 */
({ ask }) => {
  // A list of tabs hands the focus on to the tab that is open.
  const SELECTOR = 'a[href], button, input, select, textarea, summary, [tabindex]:not([role=tablist])';
  if (ask === 'list') {
    return [...document.querySelectorAll(SELECTOR)]
      .filter(
        (element) =>
          !element.matches(':disabled, [type=file]') && element.checkVisibility({ checkVisibilityCSS: true }),
      )
      .map((element, index) => {
        element.dataset.control = String(index);
        return {
          index,
          said: `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)}`,
          byArrows:
            element.tabIndex < 0 && element.closest('[role=grid], [role=tablist], [data-roving]') !== null,
        };
      });
  }
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    index: Number(element.dataset.control ?? -1),
    said: `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)}`,
    outlined: style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1,
    seen: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
};
