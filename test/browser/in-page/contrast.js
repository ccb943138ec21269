/**
 * Visible texts that stand out too little from what is behind them: WCAG 2.1's contrast ratio, of the colours as
 * they are composed of all ancestors' backgrounds and opacities. Disabled controls are exempt, as there.
 */
({ least }) => {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  /** Any CSS colour as red, green, blue (0 … 255) and alpha (0 … 1). */
  const read = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = ([red, green, blue, alpha], below) =>
    [red, green, blue].map((value, index) => value * alpha + below[index] * (1 - alpha));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const lineage = (element) => {
    const elements = [];
    for (let at = element; at !== null; at = at.parentElement) elements.unshift(at);
    return elements;
  };
  /** The colours of the ground behind an element's text, and of the text upon it. */
  const composed = (element, colour) => {
    let ground = [255, 255, 255];
    let opacity = 1;
    for (const at of lineage(element)) {
      const style = getComputedStyle(at);
      opacity *= Number(style.opacity);
      const [red, green, blue, alpha] = read(style.backgroundColor);
      ground = over([red, green, blue, alpha * opacity], ground);
    }
    const [red, green, blue, alpha] = read(colour);
    return { ground, text: over([red, green, blue, alpha * opacity], ground) };
  };
  const visible = (element, box) =>
    box.width > 1 &&
    box.height > 1 &&
    box.bottom > 0 &&
    box.right > 0 &&
    box.top < innerHeight &&
    box.left < innerWidth &&
    element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

  const faint = [];
  let looked = 0;
  const look = (element, text, colour, box) => {
    if (text.trim() === '' || !visible(element, box) || element.closest(':disabled, .hidden-label')) return;
    looked += 1;
    const found = composed(element, colour);
    const contrast = ratio(found.text, found.ground);
    if (contrast < least) faint.push(`${contrast.toFixed(2)}: ${text.trim().slice(0, 60)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (element.closest('script, style, option') !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    look(element, walker.currentNode.data, getComputedStyle(element).color, range.getBoundingClientRect());
  }
  for (const field of document.querySelectorAll('input, select, textarea')) {
    const box = field.getBoundingClientRect();
    const value = field.selectedOptions?.[0]?.text ?? field.value;
    look(field, value, getComputedStyle(field).color, box);
    if (value === '')
      look(field, field.placeholder ?? '', getComputedStyle(field, '::placeholder').color, box);
  }
  return { looked, faint: [...new Set(faint)] };
};
