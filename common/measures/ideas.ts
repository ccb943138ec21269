/** A threshold as part of a column's name: '1e-3σ' is '1e-3sigma'. */
export function named(label: string): string {
  return label.replace('σ', 'sigma');
}

const WITHOUT_SHED = 'without_shed_';

/** The ideas of what may be left out of a network, with the thresholds of a run: see docs/formats.md. */
export function ideasOf(labels: readonly string[]): string[] {
  return [
    'dense',
    'masked',
    ...labels.map((label) => WITHOUT_SHED + named(label)),
    'without_inert',
    'compacted',
  ];
}

interface CostsByIdea<T> {
  dense: T;
  masked: T;
  withoutShed: Readonly<Record<string, T>>;
  withoutInert: T;
  compacted: T | null;
}

/** What is left under an idea; null where that is not known. */
export function underIdea<T>(costs: CostsByIdea<T> | null, idea: string): T | null {
  if (costs === null) return null;
  switch (idea) {
    case 'dense':
      return costs.dense;
    case 'masked':
      return costs.masked;
    case 'without_inert':
      return costs.withoutInert;
    case 'compacted':
      return costs.compacted;
    default: {
      const found = Object.entries(costs.withoutShed).find(([label]) => WITHOUT_SHED + named(label) === idea);
      return found?.[1] ?? null;
    }
  }
}
