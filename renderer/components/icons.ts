/** Paths of the line icons, drawn for a box of 16 × 16. */
export const ICONS = {
  studies: 'M4 1.8h5.5L13 5.3v8.9H4zM9.3 2v3.5h3.5M6.2 8.3h4.6M6.2 11h4.6',
  runs: 'M2 4h12M2 8h12M2 12h8',
  replay: 'M2 8a6 6 0 1 0 2-4.5M2 2v3h3M6.8 5.7v4.6L10.5 8z',
  workspace:
    'M8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4',
  play: 'M4.5 2.8v10.4L13 8z',
  pause: 'M5 3v10M11 3v10',
  stop: 'M4 4h8v8H4z',
  resume: 'M3 3v10M6.5 3.3v9.4L13.5 8z',
  delete: 'M2.5 4.2h11M6 4V2.5h4V4M4 4.2l.7 9.3h6.6l.7-9.3M6.7 6.8v4M9.3 6.8v4',
  first: 'M3.5 3v10M12.5 3.2v9.6L6 8z',
  last: 'M12.5 3v10M3.5 3.2v9.6L10 8z',
  previous: 'M10.5 3.5 6 8l4.5 4.5',
  next: 'M5.5 3.5 10 8l-4.5 4.5',
  loop: 'M4 5.5h7a2.5 2.5 0 0 1 0 5H4M6 3.2 3.7 5.5 6 7.8',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.3V2.5h-8v8h2.8',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14',
  inspector: 'M2 3h12v10H2zM10 3v10',
  file: 'M8 10.5V2.5M5 5.3l3-3 3 3M2.5 10v3.5h11V10',
  warning: 'M8 2.2 14.3 13H1.7zM8 6.3v3.2M8 11.2v.2',
  done: 'M3 8.5l3.3 3.3L13 4.8',
  curves: 'M2 2.5v11h12M4.5 10.5l2.5-4 2.5 2 4-5',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
  follow: 'M2 8h9M7.5 4.5 11 8l-3.5 3.5M13.7 3v10',
} as const;

export type IconName = keyof typeof ICONS;
