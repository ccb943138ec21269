/** Presses keys, one in every second frame, and counts what changes within the elements meanwhile: attributes, texts, children. */
async ({ selector, keys }) => {
  let count = 0;
  const observer = new MutationObserver((records) => (count += records.length));
  const options = { subtree: true, childList: true, characterData: true, attributes: true };
  const elements = [...document.querySelectorAll(selector)];
  for (const element of elements) observer.observe(element, options);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (const key of keys) {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await frame();
    await frame();
  }
  observer.disconnect();
  return { elements: elements.length, count };
};
