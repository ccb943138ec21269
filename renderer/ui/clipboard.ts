import { notify } from '../stores/notices.ts';

/** Copies text and says so; where the browser refuses, says that. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify('done', `Copied ${what}.`);
  } catch {
    notify('error', 'The browser did not allow writing to the clipboard.');
  }
}
