/** Milliseconds between the frames of some time, in which somebody does something with the page. */
({ milliseconds }) =>
  new Promise((resolve) => {
    const intervals = [];
    const began = performance.now();
    let last = began;
    requestAnimationFrame(function frame() {
      const now = performance.now();
      intervals.push(now - last);
      last = now;
      if (now - began < milliseconds) requestAnimationFrame(frame);
      else resolve(intervals);
    });
  });
