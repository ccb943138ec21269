import type { MenuItemConstructorOptions } from 'electron';
import type { Electron } from './electron.ts';
import { PAPER } from './addresses.ts';
import { openOutside } from './guard.ts';

/** The application's menu: what every window has, and the paper. */
export function menuTemplate(
  shell: Electron['shell'],
  platform = process.platform,
): MenuItemConstructorOptions[] {
  const mac: MenuItemConstructorOptions[] = platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  return [
    ...mac,
    { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        {
          label: 'Cascade weight shedding: the paper',
          click: () => void openOutside(shell, PAPER),
        },
      ],
    },
  ];
}
