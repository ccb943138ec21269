import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { findApplication } from '../entry/application.ts';

export interface BundledStudy {
  name: string;
  title: string;
  description: string;
  text: string;
}

const heading = z.object({
  study: z.string(),
  title: z.string().default(''),
  description: z.string().default(''),
});

/** The studies that come with the application; the starter first, then by name. */
export async function bundledStudies(): Promise<BundledStudy[]> {
  const folder = join(findApplication().root, 'resources', 'studies');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const studies = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      const { study, title, description } = heading.parse(parse(text));
      return { name: study, title: title || study, description, text };
    }),
  );
  return studies.sort((a, b) => Number(b.name === 'starter') - Number(a.name === 'starter'));
}
