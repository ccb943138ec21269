import * as z from 'zod';
import { figureName } from '../../../../common/contract/figure-schemas.ts';
import { defineTool } from '../tool.ts';

export const exportFigure = defineTool({
  name: 'export_figure',
  title: 'A figure',
  description:
    'A kept figure, as an image, or what is drawn in it as CSV, its specification as JSON, or SVG.',
  writes: false,
  input: z.object({
    name: figureName.describe('as list_figures has it'),
    format: z.enum(['png', 'csv', 'json', 'svg']).default('png'),
  }),
  async run(client, { name, format }) {
    const bytes = await client.figures.file({ figure: name, format, dpi: 150 });
    return format === 'png'
      ? { image: bytes, mimeType: 'image/png' }
      : { text: new TextDecoder().decode(bytes) };
  },
});
