import { computed, ref, shallowRef, watch } from 'vue';
import { density, textSize, theme } from '../stores/preferences.ts';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const system = ref(systemDark.matches);
systemDark.addEventListener('change', (event) => (system.value = event.matches));

export const dark = computed(() => (theme.value === 'system' ? system.value : theme.value === 'dark'));

const resolved = new Map<string, string>();

/** Rises when the colours behind the tokens, or the sizes of texts, have changed: canvases draw again. */
export const paletteVersion = shallowRef(0);

watch(
  [theme, system],
  () => {
    if (theme.value === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
    resolved.clear();
    paletteVersion.value += 1;
  },
  { immediate: true, flush: 'sync' },
);

watch(
  [textSize, density],
  () => {
    Object.assign(document.documentElement.dataset, { textSize: textSize.value, density: density.value });
    paletteVersion.value += 1;
  },
  { immediate: true, flush: 'sync' },
);

let probe: HTMLElement | undefined;

/** The colour behind a token ('--state-shed') in the theme of the moment, as 'rgb(r, g, b)', for canvases. */
export function colorOf(token: string): string {
  const known = resolved.get(token);
  if (known !== undefined) return known;
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${token})`;
  const color = getComputedStyle(probe).color;
  resolved.set(token, color);
  return color;
}

/** The same as one pixel of ImageData (little endian ABGR, opaque). */
export function pixelOf(token: string): number {
  const [red = 0, green = 0, blue = 0] = (colorOf(token).match(/[\d.]+/g) ?? []).map(Number);
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}
