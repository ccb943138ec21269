/**
 * Presses keys in turn and counts for each the frames from the key to the one at whose end the canvas shows something else: none
 * where it does before the next frame. A canvas that does not change within 60 frames counts as such.
 */
async ({ selector, keys }) => {
  const canvas = document.querySelector(selector);
  const context = canvas.getContext('2d');
  const look = () => {
    const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let hash = 0;
    for (let at = 0; at < pixels.length; at += 3) hash = (Math.imul(hash, 31) + pixels[at]) | 0;
    return hash;
  };
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const seeks = [];
  for (const key of keys) {
    await nextFrame();
    const before = look();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    // What the key changes at once is drawn by microtasks, before this frame ends.
    for (let turn = 0; turn < 100; turn += 1) await null;
    let frames = 0;
    while (look() === before && frames < 60) {
      await nextFrame();
      frames += 1;
      // What this frame draws is drawn by callbacks asked for before ours, or after: it is seen at its end.
      await new Promise((resolve) => setTimeout(resolve));
    }
    seeks.push({ frames });
  }
  return seeks;
};
