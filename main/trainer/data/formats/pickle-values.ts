/** An array of NumPy's: `type` as NumPy writes it ('u1'), `bytes` in C order. */
export class PickledArray {
  type = '';
  shape: number[] = [];
  fortranOrder = false;
  bytes: Uint8Array = new Uint8Array();
}

/** A type of NumPy's. */
export class PickledType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A function or class that a pickle names. */
export class Callable {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class Tuple {
  readonly items: PickleValue[];

  constructor(items: PickleValue[]) {
    this.items = items;
  }
}

export const MARK = Symbol('mark');

/** Byte strings (Python 2's texts too) are Uint8Array; dictionaries are maps, their keys as text. */
export type PickleValue =
  | number
  | boolean
  | null
  | string
  | Uint8Array
  | PickledArray
  | PickledType
  | Callable
  | Tuple
  | PickleValue[]
  | Map<string, PickleValue>;
