import type { Component } from 'vue';

/** A kind of pane. A new one is a file with its component and its line in the registry. */
export interface PaneKind {
  kind: string;
  title: string;
  /** One sentence: what it shows. */
  description: string;
  component: Component<PaneProps>;
  /** What a new one is set to. */
  settings: Readonly<Record<string, string>>;
}

/** What every pane is given; it emits 'change' with settings that are others now. */
export interface PaneProps {
  settings: Readonly<Record<string, string>>;
}
