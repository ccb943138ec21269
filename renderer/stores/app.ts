import { inject, provide } from 'vue';
import type { App, InjectionKey } from 'vue';
import type { Workstation } from './workstation.ts';

const KEY: InjectionKey<Workstation> = Symbol('workstation');

export function offerWorkstation(workstation: Workstation, app?: App): void {
  if (app) app.provide(KEY, workstation);
  else provide(KEY, workstation);
}

/** The workstation that this window, or this part of the gallery, is connected to. */
export function useWorkstation(): Workstation {
  const workstation = inject(KEY);
  if (workstation === undefined) throw new Error('No workstation was offered to this component.');
  return workstation;
}
