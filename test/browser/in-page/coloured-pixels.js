/** Pixels of a chart that are neither grey nor transparent: its curves. */
({ label }) => {
  const canvas = document.querySelector(`[aria-label="${label}"] canvas`);
  if (canvas === null || canvas.width === 0) return 0;
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let coloured = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green, blue, opaque] = pixels.subarray(at, at + 4);
    if (opaque > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 48) coloured += 1;
  }
  return coloured;
};
