/**
 * What a canvas shows: a hash of its pixels, and the share of them in each of the colours given by name. The canvas
 * is named by a selector. What was asked for before is drawn in the next frame, so that is awaited.
 */
async ({ selector, colours }) => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const canvas = document.querySelector(selector);
  if (canvas === null || canvas.width === 0) return null;
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const probe = document.body.appendChild(document.createElement('span'));
  const wanted = Object.entries(colours).map(([name, token]) => {
    probe.style.color = `var(${token})`;
    return { name, rgb: getComputedStyle(probe).color.match(/\d+/g).map(Number), count: 0 };
  });
  probe.remove();
  let hash = 0x811c9dc5;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green, blue] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    hash = Math.imul(hash ^ (red | (green << 8) | (blue << 16)), 0x01000193) >>> 0;
    for (const colour of wanted)
      if (colour.rgb[0] === red && colour.rgb[1] === green && colour.rgb[2] === blue) colour.count += 1;
  }
  return {
    hash,
    shares: Object.fromEntries(wanted.map(({ name, count }) => [name, (count * 4) / pixels.length])),
  };
};
