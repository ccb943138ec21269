/**
 * Presses keys, one in every second frame: tells how many of the elements that there were are still in the page, and how often
 * the address was written.
 */
async ({ selector, keys }) => {
  const elements = [...document.querySelectorAll(selector)];
  const { replaceState } = history;
  let written = 0;
  history.replaceState = function (...given) {
    written += 1;
    replaceState.apply(this, given);
  };
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (const key of keys) {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await frame();
    await frame();
  }
  history.replaceState = replaceState;
  return {
    elements: elements.length,
    kept: elements.filter(({ isConnected }) => isConnected).length,
    written,
  };
};
