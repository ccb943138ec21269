import { Callable, MARK, PickledArray, PickledType, Tuple, type PickleValue } from './pickle-values.ts';

/**
 * A reader for the pickles in which CIFAR's Python version comes: dictionaries, lists and tuples of numbers, texts and
 * NumPy arrays. A pickle is a program that can call anything; this one knows the instructions of these files alone, and
 * makes nothing but the values of pickle-values.ts, so that a prepared file can do no harm.
 */

/** What a pickle may name. */
const RECONSTRUCT = 'numpy.core.multiarray._reconstruct';
const NAMES = new Map([
  ['numpy.core.multiarray._reconstruct', RECONSTRUCT],
  // Its name since NumPy 2.
  ['numpy._core.multiarray._reconstruct', RECONSTRUCT],
  ['numpy.ndarray', 'numpy.ndarray'],
  ['numpy.dtype', 'numpy.dtype'],
]);

/** Instructions of the pickle format that are refused, by the names that Python's pickletools gives them. */
const REFUSED: Readonly<Record<number, string>> = {
  0x46: 'FLOAT',
  0x47: 'BINFLOAT',
  0x49: 'INT',
  0x4c: 'LONG',
  0x50: 'PERSID',
  0x51: 'BINPERSID',
  0x53: 'STRING',
  0x56: 'UNICODE',
  0x64: 'DICT',
  0x69: 'INST',
  0x6f: 'OBJ',
  0x70: 'PUT',
  0x81: 'NEWOBJ',
  0x82: 'EXT1',
  0x83: 'EXT2',
  0x84: 'EXT4',
  0x8a: 'LONG1',
  0x8b: 'LONG4',
  0x8c: 'SHORT_BINUNICODE',
  0x92: 'NEWOBJ_EX',
  0x93: 'STACK_GLOBAL',
  0x94: 'MEMOIZE',
  0x95: 'FRAME',
};

/**
 * Reads one pickle of protocol 2 or 3.
 * @param bad makes the error to throw from what is wrong, which ends with a full stop
 * @param most instructions that it may have: each can make a value, which takes more memory than its byte
 */
export function readPickle(bytes: Uint8Array, bad: (what: string) => Error, most: number): PickleValue {
  return new Machine(bytes, bad).run(most);
}

/** Dictionaries, lists and tuples take hundreds of bytes for each of the pickle's; CIFAR's files have a dozen. */
const MOST_CONTAINERS = 1000;
/** Of a name in a sentence. */
const LONGEST_NAME = 100;
/** NumPy's own limit. */
const MOST_DIMENSIONS = 64;

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #bad: (what: string) => Error;
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #offset = 0;
  #containers = 0;

  constructor(bytes: Uint8Array, bad: (what: string) => Error) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#bad = bad;
  }

  run(most: number): PickleValue {
    if (this.#byte() !== 0x80) throw this.#bad('is not a pickle of protocol 2 or 3.');
    const protocol = this.#byte();
    if (protocol !== 2 && protocol !== 3)
      throw this.#bad(`is a pickle of protocol ${protocol}; only 2 and 3 are read.`);
    for (let count = 0; count <= most; count++) {
      const opcode = this.#byte();
      if (opcode === 0x2e) return this.#pop();
      this.#execute(opcode);
    }
    throw this.#tooMany();
  }

  #execute(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      case '(':
        return this.#push(MARK);
      case '}':
        return this.#contain(new Map<string, PickleValue>());
      case ']':
        return this.#contain([]);
      case ')':
        return this.#contain(new Tuple([]));
      case 'N':
        return this.#push(null);
      case '\x88':
      case '\x89':
        return this.#push(opcode === 0x88);
      case 'K':
        return this.#push(this.#byte());
      case 'M':
        return this.#push(this.#view.getUint16(this.#take(2), true));
      case 'J':
        return this.#push(this.#view.getInt32(this.#take(4), true));
      case 'U':
      case 'C':
        return this.#push(this.#string(this.#byte()));
      case 'T':
      case 'B':
        return this.#push(this.#string(this.#uint32()));
      case 'X':
        return this.#push(Buffer.from(this.#string(this.#uint32())).toString('utf8'));
      case 'q':
        return this.#remember(this.#byte());
      case 'r':
        return this.#remember(this.#uint32());
      case 'h':
        return this.#recall(this.#byte());
      case 'j':
        return this.#recall(this.#uint32());
      case 't':
        return this.#contain(new Tuple(this.#popToMark()));
      case '\x85':
      case '\x86':
      case '\x87':
        return this.#contain(new Tuple(this.#popMany(opcode - 0x84)));
      case 'a':
        return this.#append(this.#popMany(1));
      case 'e':
        return this.#append(this.#popToMark());
      case 's':
        return this.#setItems(this.#popMany(2));
      case 'u':
        return this.#setItems(this.#popToMark());
      case 'c':
        return this.#global();
      case 'R':
        return this.#reduce();
      case 'b':
        return this.#build();
      default:
        throw this.#bad(
          `uses the pickle instruction ${REFUSED[opcode] ?? `0x${opcode.toString(16).padStart(2, '0')}`} at byte ${this.#offset - 1}, ` +
            'which CIFAR’s own files do not: it is not read.',
        );
    }
  }

  #take(length: number): number {
    const start = this.#offset;
    if (start + length > this.#bytes.length)
      throw this.#bad(`is truncated: its pickle goes on beyond ${this.#bytes.length} bytes.`);
    this.#offset += length;
    return start;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #string(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#offset);
    const text = Buffer.from(this.#string((end < 0 ? this.#bytes.length : end) - this.#offset));
    this.#take(1);
    return text.toString('latin1');
  }

  #push(value: PickleValue | typeof MARK): void {
    this.#stack.push(value);
  }

  #contain(value: PickleValue): void {
    if (++this.#containers > MOST_CONTAINERS) throw this.#tooMany();
    this.#push(value);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#damaged();
    return value;
  }

  #popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#damaged();
    const items = this.#stack.splice(mark + 1) as PickleValue[];
    this.#stack.pop();
    return items;
  }

  #remember(place: number): void {
    const value = this.#pop();
    this.#memo.set(place, value);
    this.#push(value);
  }

  #recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw this.#damaged();
    this.#push(value);
  }

  #append(items: PickleValue[]): void {
    const list = this.#pop();
    if (!Array.isArray(list)) throw this.#damaged();
    for (const item of items) list.push(item);
    this.#push(list);
  }

  #setItems(items: PickleValue[]): void {
    const map = this.#pop();
    if (!(map instanceof Map) || items.length % 2 !== 0) throw this.#damaged();
    for (let index = 0; index < items.length; index += 2)
      map.set(this.#text(items[index]!), items[index + 1]!);
    this.#push(map);
  }

  #global(): void {
    const name = `${this.#line()}.${this.#line()}`;
    const known = NAMES.get(name);
    if (known === undefined)
      throw this.#bad(
        `names ${name.slice(0, LONGEST_NAME)}, which CIFAR’s own files do not: a pickle that does could run code, and is not read.`,
      );
    this.#push(new Callable(known));
  }

  #reduce(): void {
    const [callable, given] = this.#popMany(2);
    if (!(callable instanceof Callable) || !(given instanceof Tuple)) throw this.#damaged();
    const [first] = given.items;
    if (callable.name === RECONSTRUCT && first instanceof Callable && first.name === 'numpy.ndarray')
      return this.#push(new PickledArray());
    if (callable.name === 'numpy.dtype' && first !== undefined)
      return this.#push(new PickledType(this.#text(first)));
    throw this.#bad(`calls ${callable.name} in a way that CIFAR’s own files do not: it is not read.`);
  }

  #build(): void {
    const [object, state] = this.#popMany(2);
    if (!(state instanceof Tuple)) throw this.#damaged();
    if (object instanceof PickledArray) {
      const [, shape, type, fortranOrder, bytes] = state.items;
      const wellFormed =
        shape instanceof Tuple &&
        shape.items.length <= MOST_DIMENSIONS &&
        shape.items.every((length) => typeof length === 'number') &&
        type instanceof PickledType &&
        bytes instanceof Uint8Array;
      if (!wellFormed) throw this.#damaged();
      object.type = type.name;
      object.shape = shape.items as number[];
      object.fortranOrder = Boolean(fortranOrder);
      object.bytes = bytes;
    } else if (!(object instanceof PickledType)) throw this.#damaged();
    this.#push(object);
  }

  #text(value: PickleValue): string {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
    throw this.#damaged();
  }

  #tooMany(): Error {
    return this.#bad('is a pickle of far more values than CIFAR’s own files have: it is not read.');
  }

  #damaged(): Error {
    return this.#bad(`is a damaged pickle: at byte ${this.#offset} it makes no sense.`);
  }
}
