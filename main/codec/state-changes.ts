import { BitReader, BitWriter, riceParameter } from './bit-codes.ts';
import { damagedPlanes } from './plane-errors.ts';
import { popcount32, statesOf, type PlaneWords } from './plane-words.ts';

/**
 * Changes of the weights' states from one epoch to another. A weight's state is the number whose bit k is its bit in plane k.
 * Weights of one state are a class, and each class has odds of its own: most weights are far from every threshold and hardly
 * ever change, those near one often do. Of each class that changes is stored which members do, as gaps among its members; then
 * which of these do not go where most go, as gaps among them; and so on for every next target. So a change costs the logarithm of
 * how rare it is in its class, and a weight that passes several thresholds at once changes once.
 *
 * Bytes: version (2), number of planes, then bits (`bit-codes.ts`; numbers as gamma codes): number of states that are named, and
 * each; number of classes that change, and for each its state's index, how many targets it has less one, their states' indices,
 * and one list of gaps for each target: how many, then, unless none, k in five bits and the gaps as Rice codes with k.
 */

export const CHANGES_VERSION = 2;
/** The most planes a state is made of. */
export const MOST_PLANES = 24;

/** What is stored of the way from one stack of planes to another of the same size, of at most 24 planes. */
export function encodeChanges(before: PlaneWords, after: PlaneWords): Uint8Array<ArrayBuffer> {
  const classes = classesOf(before, after);
  const states = [...new Set(classes.flatMap(({ state, targets }) => [state, ...targets]))];
  const indexOf = new Map(states.map((state, index) => [state, index]));
  const indexBits = bitsFor(states.length);
  const known = [...(before.states ?? statesOf(before))];
  const encoded = new BitWriter();
  encoded.put(CHANGES_VERSION, 8);
  encoded.put(before.count, 8);
  encoded.gamma(states.length);
  for (const state of states) encoded.put(state, before.count);
  encoded.gamma(classes.length);
  for (const entry of classes) {
    encoded.put(indexOf.get(entry.state)!, indexBits);
    encoded.gamma(entry.targets.length - 1);
    for (const target of entry.targets) encoded.put(indexOf.get(target)!, indexBits);
    for (const list of gapsOf(before, after, entry, known)) putGaps(encoded, list);
  }
  return encoded.bytes();
}

/** A state that some weights leave, and the states that they change to, the most frequent first. */
interface ChangingClass {
  state: number;
  targets: number[];
}

function classesOf(before: PlaneWords, after: PlaneWords): ChangingClass[] {
  const counts = new Map<number, number>();
  for (let index = 0; index < before.stride; index++)
    for (let changed = changedBits(before, after, index); changed !== 0; changed &= changed - 1) {
      const bit = changed & -changed;
      const way = stateAt(before, index, bit) * 2 ** MOST_PLANES + stateAt(after, index, bit);
      counts.set(way, (counts.get(way) ?? 0) + 1);
    }
  const classes = new Map<number, ChangingClass>();
  for (const [way] of [...counts].sort(([one, few], [other, many]) => many - few || one - other)) {
    const [state, target] = [Math.floor(way / 2 ** MOST_PLANES), way % 2 ** MOST_PLANES];
    const known = classes.get(state);
    if (known) known.targets.push(target);
    else classes.set(state, { state, targets: [target] });
  }
  return [...classes.values()];
}

/** The gaps of all members that change, then of those of them that do not go to the first target, and so on but for the last. */
function gapsOf(
  before: PlaneWords,
  after: PlaneWords,
  { state, targets }: ChangingClass,
  states: readonly number[],
): number[][] {
  const literals = literalsOf(before, state, states);
  const gaps = targets.map((): number[] => []);
  const since = targets.map(() => 0);
  for (let index = 0; index < before.stride; index++) {
    const word = membersAt(before.words, index, literals);
    if (word === 0) continue;
    let passed = 0;
    for (let changed = word & changedBits(before, after, index); changed !== 0; changed &= changed - 1) {
      const bit = changed & -changed;
      const place = popcount32(word & (bit - 1));
      gaps[0]!.push(since[0]! + place - passed);
      since[0] = 0;
      passed = place + 1;
      const rank = targets.indexOf(stateAt(after, index, bit));
      for (let level = 1; level <= Math.min(rank + 1, targets.length - 1); level++)
        if (level > rank) since[level]! += 1;
        else {
          gaps[level]!.push(since[level]!);
          since[level] = 0;
        }
    }
    since[0]! += popcount32(word) - passed;
  }
  return gaps;
}

function putGaps(encoded: BitWriter, gaps: readonly number[]): void {
  encoded.gamma(gaps.length);
  if (gaps.length === 0) return;
  const parameter = riceParameter(gaps);
  encoded.put(parameter, 5);
  for (const gap of gaps) encoded.rice(gap, parameter);
}

/** Weights whose planes change: the bits of `flips` are the planes in which the weight at the same place of `weights` turns over. */
export interface Changes {
  weights: Uint32Array;
  flips: Uint32Array;
  /** All states that weights have before or after. */
  states: ReadonlySet<number>;
}

/**
 * Reads what `encodeChanges` has written of the way from a stack of planes.
 *
 * @throws CascadeError BAD_PLANES for bytes that do not fit the stack
 */
export function readChanges(before: PlaneWords, encoded: Uint8Array): Changes {
  const classes = readClasses(before, encoded);
  const count = classes.reduce((sum, { gaps }) => sum + gaps[0]!.list.length, 0);
  const known = before.states ?? statesOf(before);
  const states = [...known];
  const [weights, flips] = [new Uint32Array(count), new Uint32Array(count)];
  let start = 0;
  for (const entry of classes) {
    const literals = literalsOf(before, entry.state, states);
    start += readClass(before, literals, entry, weights.subarray(start), flips.subarray(start));
  }
  return { weights, flips, states: new Set([...known, ...classes.flatMap(({ targets }) => targets)]) };
}

/** The stack to which changes lead from another, which stays as it is. */
export function withChanges(before: PlaneWords, { weights, flips, states }: Changes): PlaneWords {
  const words = before.words.slice();
  const { stride } = before;
  for (let change = 0; change < weights.length; change++) {
    const weight = weights[change]!;
    const [index, bit] = [weight >>> 5, 1 << (weight & 31)];
    for (let rest = flips[change]!; rest !== 0; rest &= rest - 1)
      words[(31 - Math.clz32(rest & -rest)) * stride + index]! ^= bit;
  }
  return { ...before, words, states };
}

/** Gaps of one list, of which `until` are to be passed before the next entry. */
interface Gaps {
  list: Uint32Array;
  next: number;
  until: number;
}

interface StoredClass {
  state: number;
  targets: number[];
  gaps: Gaps[];
}

/** Puts the changes of one class at the start of `weights` and `flips`, and answers how many these are. */
function readClass(
  { words, stride }: PlaneWords,
  literals: Literals,
  { state, targets, gaps }: StoredClass,
  weights: Uint32Array,
  flips: Uint32Array,
): number {
  const { list } = gaps[0]!;
  const flipsOf = targets.map((target) => state ^ target);
  let change = 0;
  let index = 0;
  /** Members of the word at `index` that are not passed yet. */
  let rest = stride === 0 ? 0 : membersAt(words, 0, literals);
  for (; change < list.length; change++) {
    let left = list[change]!;
    for (let size = popcount32(rest); left >= size; size = popcount32(rest)) {
      left -= size;
      do {
        if (++index >= stride) throw damagedPlanes('a gap leads beyond the weights');
        rest = membersAt(words, index, literals);
      } while (rest === 0);
    }
    for (; left > 0; left--) rest &= rest - 1;
    weights[change] = index * 32 + 31 - Math.clz32(rest & -rest);
    rest &= rest - 1;
    let rank = 0;
    while (rank + 1 < gaps.length && passes(gaps[rank + 1]!)) rank++;
    flips[change] = flipsOf[rank]!;
  }
  if (gaps.slice(1).some(({ list, next }) => next < list.length))
    throw damagedPlanes('a gap leads beyond the changes');
  return change;
}

/** Whether the next change is an entry of a list. */
function passes(gaps: Gaps): boolean {
  if (gaps.next === gaps.list.length) return false;
  if (gaps.until > 0) {
    gaps.until -= 1;
    return false;
  }
  gaps.until = gaps.list[++gaps.next] ?? 0;
  return true;
}

function readClasses({ stride, count }: PlaneWords, encoded: Uint8Array): StoredClass[] {
  if (encoded[0] !== CHANGES_VERSION) throw damagedPlanes(`version ${encoded[0]} is unknown`);
  if (encoded[1] !== count) throw damagedPlanes('it is for another number of planes');
  const reader = new BitReader(encoded, 2);
  const states = Array.from({ length: atMost(reader.gamma(), 2 ** count) }, () => reader.take(count));
  const indexBits = bitsFor(states.length);
  const nextState = (): number => {
    const index = reader.take(indexBits);
    if (index >= states.length) throw damagedPlanes(`it names state ${index} of ${states.length}`);
    return states[index]!;
  };
  return Array.from({ length: atMost(reader.gamma(), states.length) }, () => {
    const state = nextState();
    const targets = Array.from({ length: atMost(reader.gamma(), states.length) + 1 }, nextState);
    return { state, targets, gaps: targets.map(() => readGaps(reader, stride * 32)) };
  });
}

function readGaps(reader: BitReader, weights: number): Gaps {
  const list = new Uint32Array(atMost(reader.gamma(), Math.min(weights, reader.left)));
  const parameter = list.length === 0 ? 0 : reader.take(5);
  reader.riceCodes(list, parameter, weights);
  return { list, next: 0, until: list[0] ?? 0 };
}

/** Bits that an index below `size` takes. */
function bitsFor(size: number): number {
  return size <= 1 ? 0 : 32 - Math.clz32(size - 1);
}

function atMost(value: number, most: number): number {
  if (value > most) throw damagedPlanes(`${value} is more than ${most}`);
  return value;
}

/**
 * Planes that tell a state from all others: where each begins, and −1 for those that the state does not set. The first three stand
 * apart, the same twice where there are fewer, for nearly always they are all, and every word of a layer is asked for.
 */
interface Literals {
  first: number;
  second: number;
  third: number;
  firstInverted: number;
  secondInverted: number;
  thirdInverted: number;
  others: { start: number; inverted: number }[];
}

/** As few planes as need be to tell a state from the others that occur: planes of a ladder of thresholds contain one another. */
function literalsOf({ stride, count }: PlaneWords, state: number, states: readonly number[]): Literals {
  let others = states.filter((other) => other !== state);
  const chosen: number[] = [];
  while (others.length > 0) {
    const plane = mostTelling(state, others, count);
    chosen.push(plane);
    others = others.filter((other) => (((other ^ state) >>> plane) & 1) === 0);
  }
  if (chosen.length === 0) chosen.push(0);
  const start = (index: number): number => chosen[Math.min(index, chosen.length - 1)]! * stride;
  const inverted = (index: number): number =>
    ((state >>> chosen[Math.min(index, chosen.length - 1)]!) & 1) - 1;
  return {
    first: start(0),
    second: start(1),
    third: start(2),
    firstInverted: inverted(0),
    secondInverted: inverted(1),
    thirdInverted: inverted(2),
    others: chosen.slice(3).map((_, index) => ({ start: start(index + 3), inverted: inverted(index + 3) })),
  };
}

/** The plane in which a state differs from most of the others. */
function mostTelling(state: number, others: readonly number[], count: number): number {
  let [best, most] = [0, -1];
  for (let plane = 0; plane < count; plane++) {
    let told = 0;
    for (let index = 0; index < others.length; index++) told += ((others[index]! ^ state) >>> plane) & 1;
    if (told > most) [best, most] = [plane, told];
  }
  return best;
}

/** Of the weights of a word, those with a state. */
function membersAt(words: Uint32Array, index: number, literals: Literals): number {
  let members =
    (words[literals.first + index]! ^ literals.firstInverted) &
    (words[literals.second + index]! ^ literals.secondInverted) &
    (words[literals.third + index]! ^ literals.thirdInverted);
  if (literals.others.length > 0)
    for (const { start, inverted } of literals.others) members &= words[start + index]! ^ inverted;
  return members;
}

function changedBits(before: PlaneWords, after: PlaneWords, index: number): number {
  let changed = 0;
  for (let plane = 0, at = index; plane < before.count; plane++, at += before.stride)
    changed |= before.words[at]! ^ after.words[at]!;
  return changed;
}

/** The state of the weight at the one bit `bit` of the word `index`. */
function stateAt({ words, stride, count }: PlaneWords, index: number, bit: number): number {
  let state = 0;
  for (let plane = 0, at = index; plane < count; plane++, at += stride)
    if ((words[at]! & bit) !== 0) state |= 1 << plane;
  return state;
}
