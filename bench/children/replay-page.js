/**
 * Runs in the page before anything else: tells the bytes that crossed, what pictures were drawn when, and the long tasks,
 * as `window.replayBench`.
 */
(() => {
  const bench = { bytes: 0, calls: 0, drawn: [], longTasks: [] };
  window.replayBench = bench;
  const sizeOf = (data) => (typeof data === 'string' ? data.length : data.byteLength);
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => (bench.bytes += sizeOf(data)));
    }
    send(data) {
      bench.calls += 1;
      super.send(data);
    }
  };
  // A press that is made up has no pointer to capture.
  Element.prototype.setPointerCapture = () => undefined;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    put.apply(this, given);
    bench.drawn.push({ canvas: this.canvas, at: performance.now() });
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) bench.longTasks.push(duration);
  }).observe({ type: 'longtask' });

  const panes = () => [...document.querySelectorAll('.replay-pane')];
  const canvasOf = (pane, what) => pane.querySelector(`canvas[aria-label^="${what}"]`);
  /** Whether a pane shows the epoch in its words; its picture follows in the frame after. */
  const isAt = (pane, what, epoch) =>
    canvasOf(pane, what)?.getAttribute('aria-label').endsWith(` after epoch ${epoch}`) === true &&
    !/reading epoch|Reading the (weights|channels)/.test(pane.innerText);

  /** Waits for the pictures of an epoch in both panes; answers the milliseconds since `from`, or null after ten seconds. */
  bench.shown = async (epoch, what, from = performance.now()) => {
    let ready = null;
    while (performance.now() - from < 10_000) {
      if (ready === null && panes().every((pane) => isAt(pane, what, epoch))) ready = performance.now();
      if (ready !== null) {
        const times = panes().map((pane) => {
          const canvas = canvasOf(pane, what);
          return bench.drawn.findLast((one) => one.canvas === canvas)?.at ?? null;
        });
        const drawn = Math.max(...times);
        // Drawn since the words changed; where the words change with the picture of the frame before, a frame later.
        if (times.every((at) => at !== null) && (drawn >= ready || performance.now() - ready > 100))
          return Math.max(...times) - from;
      }
      // One microtask later the words of this change are in the page, and its pictures are asked for.
      await new Promise((resolve) => {
        const done = () => (clearTimeout(timer), observer.disconnect(), resolve());
        const observer = new MutationObserver(done);
        observer.observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true,
          attributes: true,
        });
        const timer = setTimeout(done, 4);
      });
    }
    return null;
  };

  /** Presses the timeline where another epoch is than the one in sight; answers milliseconds to its pictures in both panes. */
  bench.seek = (epoch, last, what) => {
    const track = document.querySelector('[role="slider"][aria-label="Epoch"]');
    const box = track.getBoundingClientRect();
    const pointer = { bubbles: true, clientX: box.left + (box.width * epoch) / last, clientY: box.top + 20 };
    bench.drawn.length = 0;
    const from = performance.now();
    track.dispatchEvent(new PointerEvent('pointerdown', pointer));
    track.dispatchEvent(new PointerEvent('pointerup', pointer));
    return bench.shown(epoch, what, from);
  };

  /** Presses keys, one in every second frame. */
  bench.scrub = async (keys) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (const key of keys) {
      await frame();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await frame();
    }
    await frame();
  };
})();
