import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VIEWS } from '../../../renderer/stores/views.ts';

const renderer = join(import.meta.dirname, '../../../renderer');

test('every view has its component in the folder of its name, and every such folder is a view', () => {
  const folders = readdirSync(renderer, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const views = folders.filter((name) =>
    readdirSync(join(renderer, name)).some((file) => file.endsWith('View.vue')),
  );
  expect(views).toEqual(VIEWS.map(({ name }) => name).toSorted());
});
