/**
 * Looks at how the view stands in the window: what cannot be brought into sight whole or in parts, what is cut off where
 * nothing scrolls, panes too small to be used, and panes that lie over each other.
 */
({ panes, least }) => {
  const said = (element) =>
    `${element.tagName.toLowerCase()}.${element.className} ${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}`;
  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true });
  const unreachable = [];
  for (const element of document.querySelectorAll(
    'a[href], button, input, select, textarea, [role=slider]',
  )) {
    if (!shown(element) || element.matches('.hidden-label, [type=file]')) continue;
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const box = element.getBoundingClientRect();
    const [x, y] = [
      Math.max(box.left, Math.min(box.right, innerWidth) - 1, 0),
      (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2,
    ];
    const whole = box.left >= -1 && box.right <= innerWidth + 1;
    if (!whole || box.bottom <= 0 || box.top >= innerHeight || x >= innerWidth || y >= innerHeight)
      unreachable.push(said(element));
  }
  const boxes = [...document.querySelectorAll(panes)]
    .filter(shown)
    .map((element) => ({ element, box: element.getBoundingClientRect() }));
  // What a part that scrolls has out of sight lies over nothing.
  const seen = ({ element, box }) => {
    let { left, top, right, bottom } = box;
    for (let around = element.parentElement; around; around = around.parentElement) {
      if (getComputedStyle(around).overflowY === 'visible') continue;
      const edge = around.getBoundingClientRect();
      [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
      [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
    }
    return { left, top, right, bottom };
  };
  const small = boxes
    .filter(({ box }) => box.width < least.width || box.height < least.height)
    .map(({ element, box }) => `${said(element)}: ${Math.round(box.width)} × ${Math.round(box.height)}`);
  const visible = boxes.map((each) => ({ element: each.element, box: seen(each) }));
  const over = visible.flatMap(({ element, box }, index) =>
    visible
      .slice(index + 1)
      .filter(
        (other) =>
          !element.contains(other.element) &&
          !other.element.contains(element) &&
          Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left) > 2 &&
          Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top) > 2,
      )
      .map((other) => `${said(element)} over ${said(other.element)}`),
  );
  return {
    panes: boxes.length,
    unreachable,
    small,
    over,
    sideways: document.documentElement.scrollWidth > innerWidth,
  };
};
