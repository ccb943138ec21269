import { watchEffect } from 'vue';
import { useAddress } from '../stores/address.ts';
import { useWorkstation } from '../stores/app.ts';
import { titleOf } from './title.ts';

/** Keeps the title of the window, or of the browser's tab. Call once, in the setup of the window's root. */
export function useTitle(): void {
  const workstation = useWorkstation();
  const address = useAddress();
  watchEffect(() => {
    const id = address.value.parameters['run'] ?? '';
    const running = workstation.runs.value.filter(({ state }) => state === 'running').length;
    document.title = titleOf(
      address.value,
      workstation.run(id),
      workstation.progress.get(id)?.epoch ?? null,
      running,
    );
  });
}
