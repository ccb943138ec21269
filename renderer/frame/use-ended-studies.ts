import { watch } from 'vue';
import { go } from '../stores/address.ts';
import { useWorkstation } from '../stores/app.ts';
import { tellsEnds } from '../stores/preferences.ts';
import { endedStudies } from './ended-studies.ts';

/** The desktop tells when a study has ended, where that is wished and allowed. Call once, in the setup of the window's root. */
export function useEndedStudies(): void {
  const workstation = useWorkstation();
  const ended = endedStudies();
  watch(workstation.runs, (runs) => {
    for (const { study, how } of ended(runs)) {
      if (!tellsEnds.value || Notification.permission !== 'granted') continue;
      // Of several windows of one browser only one is heard: they share the tag.
      const notification = new Notification(`Study ${study} has ended`, {
        body: `Its runs: ${how}.`,
        tag: `ended ${study}`,
      });
      notification.onclick = () => {
        window.focus();
        go('runs', { filter: study });
      };
    }
  });
}
