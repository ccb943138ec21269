/**
 * How far two pictures of a page are apart: the share of places, of `width` × `height` into which each is divided, whose colour
 * differs by more than `step` of 255 in red, green or blue. Edges of letters that are drawn a little otherwise are no difference.
 */
async ({ one, other, width, height, step }) => {
  const pixelsOf = async (picture) => {
    const image = new Image();
    image.src = picture;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  };
  const [first, second] = await Promise.all([pixelsOf(one), pixelsOf(other)]);
  let different = 0;
  for (let at = 0; at < first.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs(first[at + channel] - second[at + channel]) > step))
      different += 1;
  return different / (width * height);
};
