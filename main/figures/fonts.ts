import { createRequire } from 'node:module';
import { openSync, type Font } from 'fontkit';
import type { FontFamily } from '../../common/figures/scene.ts';
import type { Metrics } from '../../common/figures/typesetter.ts';

/** Arimo has the widths of Arial, Tinos those of Times New Roman (both OFL): TrueType, with the signs that formulas need. */
const FOLDERS: Readonly<Record<FontFamily, { folder: string; name: string }>> = {
  sans: { folder: '@expo-google-fonts/arimo', name: 'Arimo' },
  serif: { folder: '@expo-google-fonts/tinos', name: 'Tinos' },
};

const { resolve } = createRequire(import.meta.url);
const opened = new Map<string, Font>();

/** The file of a face. */
export function fontFile(family: FontFamily, bold: boolean, italic: boolean): string {
  const { folder, name } = FOLDERS[family];
  const weight = bold ? '700Bold' : '400Regular';
  const face = `${weight}${italic ? '_Italic' : ''}`;
  return resolve(`${folder}/${face}/${name}_${face}.ttf`);
}

/** The files of all faces. */
export function fontFiles(): string[] {
  return (['sans', 'serif'] as const).flatMap((family) =>
    [false, true].flatMap((bold) => [false, true].map((italic) => fontFile(family, bold, italic))),
  );
}

/** Widths from the files, each text measured once. */
export function fontMetrics(): Metrics {
  const known = new Map<string, number>();
  return {
    width: (text, family, bold, italic) => {
      const key = `${family} ${bold} ${italic} ${text}`;
      const width = known.get(key) ?? widthOf(fontFile(family, bold, italic), text);
      known.set(key, width);
      return width;
    },
  };
}

function widthOf(file: string, text: string): number {
  const font = opened.get(file) ?? openSync(file);
  opened.set(file, font);
  return font.layout(text).advanceWidth / font.unitsPerEm;
}
