import { expect, test } from 'vitest';
import { axisTitle } from '../../../common/figures/data.ts';
import { latexOf, literal, parseLabel, plainText } from '../../../common/figures/text.ts';
import { shed } from './made-up.ts';

const shown = (source: string): string[] =>
  parseLabel(source).map(
    ({ text, italic, scale, raise }) =>
      `${text.replaceAll('\u2009', '·')}${italic ? '/' : ''}${scale === 1 ? '' : raise > 0 ? '^' : '_'}`,
  );

test('a formula is set in pieces: variables slanted, scripts raised and smaller, signs with room around them', () => {
  expect(shown('Shed $|w| \\leq 10^{-4}$')).toEqual(['Shed |', 'w/', '|·≤·10', '−4^']);
  expect(shown('$\\lambda_0 \\times 10^k$')).toEqual(['λ/', '0_', '·×·10', 'k/^']);
  expect(shown('$-0.5$')).toEqual(['−0.5']);
  expect(shown('$a - b$')).toEqual(['a/', '·−·', 'b/']);
  expect(shown('$n_{\\mathrm{kept}} = 5$')).toEqual(['n/', 'kept_', '·=·5']);
});

test('what is not between dollars stays as it is written, in every format', () => {
  const name = 'weight_decay & 5% {x} #1 $';
  expect(plainText(literal(name))).toBe(name);
  expect(latexOf(literal(name))).toBe('weight\\_decay \\& 5\\% \\{x\\} \\#1 \\$');
  expect(latexOf('τ ≤ 1e-4, 95 ± 2')).toBe('$\\tau$ $\\leq$ 1e-4, 95 $\\pm$ 2');
});

test('formulas reach LaTeX as they were written', () => {
  expect(latexOf('100% at $\\frac_{x} \\tau^2$')).toBe('100\\% at $\\frac_{x} \\tau^2$');
});

test.each([
  ['a $ b', /partner/],
  ['$\\frac{1}{2}$', /'\\frac'/],
  ['$x^$', /nothing after it/],
  ['$x^{2$', /not closed/],
  ['$x}$', /without its '\{'/],
])('%s is refused with a sentence', (source, sentence) => {
  expect(() => parseLabel(source)).toThrow(sentence);
});

test('a title of an axis says what of, and at which threshold', () => {
  expect(plainText(axisTitle(shed))).toBe('Shed ≤ 10−4 (% of kept weights)');
  expect(axisTitle({ ...shed, threshold: '1e-3σ' })).toBe('Shed $\\leq 10^{-3} \\sigma$ (% of kept weights)');
  expect(axisTitle({ ...shed, threshold: '5e-4' })).toBe(
    'Shed $\\leq 5 \\times 10^{-4}$ (% of kept weights)',
  );
});
