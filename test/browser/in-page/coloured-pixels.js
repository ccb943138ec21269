/** Pixels of a chart in the colour of a token of the theme, or nearly: a curve and its legend's line are drawn in it. */
({ label, token }) => {
  const canvas = document.querySelector(`[aria-label="${label}"] canvas`);
  if (canvas === null || canvas.width === 0) return 0;
  const probe = document.body.appendChild(document.createElement('span'));
  probe.style.color = `var(${token})`;
  const wanted = getComputedStyle(probe).color.match(/\d+/g).map(Number);
  probe.remove();
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let coloured = 0;
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at + 3] > 128 && wanted.every((value, channel) => Math.abs(value - pixels[at + channel]) < 16))
      coloured += 1;
  return coloured;
};
