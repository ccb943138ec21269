import { onScopeDispose } from 'vue';
import { go } from '../stores/address.ts';
import { openFile } from '../stores/imports.ts';
import type { Workstation } from '../stores/workstation.ts';

const RUN_FILE = /\.cascade$/i;

/**
 * A run file that is dropped anywhere on the window is looked into in the view of the workspace. Before any view hears of it: the
 * editor of studies takes other files. Call once, in the setup of the window's root.
 */
export function useRunDrops(workstation: Workstation): void {
  function over(event: DragEvent): void {
    // Without this the browser would leave the page for the file.
    if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
  }
  function drop(event: DragEvent): void {
    const files = [...(event.dataTransfer?.files ?? [])].filter(({ name }) => RUN_FILE.test(name));
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    go('workspace');
    for (const file of files) void openFile(workstation, file);
  }
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop, { capture: true });
  onScopeDispose(() => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('drop', drop, { capture: true });
  });
}
