import { startDesktop, type DesktopSurroundings } from '../../../main/desktop/start.ts';
import type { WindowOptions } from '../../../main/entry/options.ts';
import { pageFolder } from '../browser/helpers.ts';
import { WorkstationDouble } from '../doubles/workstation.ts';
import { ElectronDouble } from './electron-double.ts';

export interface Desktop {
  double: ElectronDouble;
  workstation: WorkstationDouble;
  warned: string[];
}

/** The desktop way on the doubles of Electron and of the workstation. */
export async function openDesktop(
  changes: Partial<DesktopSurroundings> = {},
  options: Partial<WindowOptions> = {},
  prepare: (double: ElectronDouble) => void = () => {},
): Promise<Desktop> {
  const double = new ElectronDouble();
  prepare(double);
  const workstation = new WorkstationDouble({ way: 'desktop' });
  const warned: string[] = [];
  await startDesktop(
    double.electron,
    { workspace: '/w', starter: true, ...options },
    {
      openWorkstation: async () => workstation,
      pageFolder: pageFolder(),
      preload: '/app/out/preload/preload.cjs',
      warn: (line) => warned.push(line),
      ...changes,
    },
  );
  return { double, workstation, warned };
}
