import { figureSpecification, type FigureSpecification } from '../../common/figures/specification.ts';

/** What of a specification cannot be, by the field that it is told at: 'query', 'style.width', 'labels'. */
export type Faults = Readonly<Record<string, string>>;

export function faultsIn(figure: unknown): Faults {
  const result = figureSpecification.safeParse(figure);
  const faults: Record<string, string> = {};
  for (const { path, message } of result.error?.issues ?? []) {
    const [first = '', second] = path;
    const name = first === 'style' ? `style.${String(second)}` : String(first);
    faults[name] ??= `${message.replace(/^./, (letter) => letter.toUpperCase())}.`;
  }
  return faults;
}

/** Points as lines of 'x, y'. */
export function pointsText(points: FigureSpecification['references'][number]['points']): string {
  return points.map(({ x, y }) => `${x}, ${y}`).join('\n');
}

/** @returns the place of the first line that is no pair of numbers, from 1, in place of points */
export function pointsOf(text: string): { x: number; y: number }[] | { line: number } {
  const points: { x: number; y: number }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const numbers = line
      .trim()
      .split(/\s*[,;\t]\s*|\s+/)
      .map(Number);
    const [x, y] = numbers;
    if (numbers.length !== 2 || !Number.isFinite(x) || !Number.isFinite(y)) return { line: index + 1 };
    points.push({ x: x as number, y: y as number });
  }
  return points;
}
