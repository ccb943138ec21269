/** A view: what the window shows beneath an address. */
interface View {
  /** In the address, and the folder of `<Name>View.vue`. */
  name: string;
  /** Its link in the bar of views; none where other views lead to it. */
  label?: string;
  icon?: string;
  /** The view whose link is marked while this one is shown. */
  within?: string;
  /** Its link stands at the end of the bar. */
  last?: boolean;
}

/** All views, in the order of their links. */
export const VIEWS = [
  { name: 'studies', label: 'Studies', icon: 'studies' },
  { name: 'runs', label: 'Runs', icon: 'runs' },
  { name: 'run', within: 'runs' },
  { name: 'compare', label: 'Compare', icon: 'compare' },
  { name: 'replay', label: 'Replay', icon: 'replay' },
  { name: 'figures', label: 'Figures', icon: 'figures' },
  { name: 'ask', label: 'Ask', icon: 'ask' },
  { name: 'workspace', label: 'Workspace', icon: 'workspace', last: true },
] as const satisfies readonly View[];

export type ViewName = (typeof VIEWS)[number]['name'];
