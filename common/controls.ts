/**
 * What a pruned run is compared with: a run of the same seed, initial weights, order of images, rates and epochs, in
 * which less is pruned. `dense`: nothing at all. `previous-mask`: the run's last pruning is left out, and the mask before
 * it kept.
 */
export const CONTROL_KINDS = ['dense', 'previous-mask'] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** How a sentence names each. */
export const CONTROL_NAMES: Readonly<Record<ControlKind, string>> = {
  dense: 'the dense control',
  'previous-mask': 'the control that kept the previous mask',
};

/** The same where there is little room. */
export const CONTROL_SHORT_NAMES: Readonly<Record<ControlKind, string>> = {
  dense: 'dense control',
  'previous-mask': 'previous mask',
};

/** What an arm may ask for: a kind, or both and a previous-mask control of that control, and so on to the dense one. */
export const CONTROL_WISHES = [...CONTROL_KINDS, 'every-step'] as const;
type ControlWish = (typeof CONTROL_WISHES)[number];

/** The controls of an arm's runs. */
export interface ArmControls {
  dense: boolean;
  /** Controls that keep the previous mask: none, one of the last pruning, or one of every pruning. */
  previousMask: 'none' | 'last' | 'every';
}

/** `control` of an arm as its schema lets it through. */
export type ControlSetting = boolean | ControlWish | readonly ControlWish[];

export function controlsAsked(setting: ControlSetting): ArmControls {
  if (typeof setting === 'boolean') return { dense: setting, previousMask: 'none' };
  const wishes = typeof setting === 'string' ? [setting] : setting;
  const every = wishes.includes('every-step');
  return {
    dense: every || wishes.includes('dense'),
    previousMask: every ? 'every' : wishes.includes('previous-mask') ? 'last' : 'none',
  };
}

/** What is asked for each kind, by kind. */
export async function forEachControl<T>(
  ask: (kind: ControlKind) => Promise<T>,
): Promise<Record<ControlKind, T>> {
  const answers = await Promise.all(CONTROL_KINDS.map(async (kind) => [kind, await ask(kind)] as const));
  return Object.fromEntries(answers) as Record<ControlKind, T>;
}
