import { CascadeError } from '../../../common/errors.ts';
import { codeOf, dimensionsOf, type DType } from './dtypes.ts';
import type { Pointer } from './pointer.ts';
import type { Status } from './status.ts';

/** The numbers by which tfjs names kinds of attributes; they are ours to choose. */
export const ATTRIBUTE_KINDS = {
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
  TF_ATTR_RESOURCE: 6,
} as const;

/** An attribute of an op, in the form of tfjs-node's TFEOpAttr. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | object | string | readonly number[];
}

/** Attributes for `Engine.op`. */
export const attribute = {
  type: (name: string, dtype: DType): Attribute => ({
    name,
    type: ATTRIBUTE_KINDS.TF_ATTR_TYPE,
    value: codeOf(dtype),
  }),
  int: (name: string, value: number): Attribute => ({ name, type: ATTRIBUTE_KINDS.TF_ATTR_INT, value }),
  intList: (name: string, value: readonly number[]): Attribute => ({
    name,
    type: ATTRIBUTE_KINDS.TF_ATTR_INT,
    value,
  }),
  float: (name: string, value: number): Attribute => ({ name, type: ATTRIBUTE_KINDS.TF_ATTR_FLOAT, value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: ATTRIBUTE_KINDS.TF_ATTR_BOOL, value }),
  string: (name: string, value: string): Attribute => ({ name, type: ATTRIBUTE_KINDS.TF_ATTR_STRING, value }),
  shape: (name: string, value: readonly number[]): Attribute => ({
    name,
    type: ATTRIBUTE_KINDS.TF_ATTR_SHAPE,
    value,
  }),
};

/** The setters of either API: TFE_OpSetAttr… for eager ops, TF_SetAttr… for nodes of a graph. */
export interface AttributeSetters {
  type(op: Pointer, name: string, value: number): void;
  int(op: Pointer, name: string, value: number): void;
  float(op: Pointer, name: string, value: number): void;
  bool(op: Pointer, name: string, value: number): void;
  string(op: Pointer, name: string, value: Uint8Array, bytes: number): void;
  intList(op: Pointer, name: string, values: BigInt64Array, count: number): void;
  shape(op: Pointer, name: string, dims: BigInt64Array, count: number, status: Status): void;
}

const utf8 = new TextEncoder();

function isIntegers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item));
}

function refuse(op: string, { name, value }: Attribute): never {
  throw new CascadeError(
    'ENGINE_ATTRIBUTE',
    `The op ${op} was given an attribute ${name} that it cannot have: ${JSON.stringify(value)}.`,
  );
}

/**
 * Turns attributes into calls, checking all of them before the first is made: the caller can then create
 * the native object knowing that filling it in will not throw.
 */
export function attributeCalls(
  op: string,
  attributes: readonly Attribute[],
  set: AttributeSetters,
): ((target: Pointer, status: Status) => void)[] {
  return attributes.map((attribute) => {
    const { name, type, value } = attribute;
    switch (type) {
      case ATTRIBUTE_KINDS.TF_ATTR_TYPE:
        if (!Number.isInteger(value)) refuse(op, attribute);
        return (target) => set.type(target, name, value as number);
      case ATTRIBUTE_KINDS.TF_ATTR_INT: {
        if (isIntegers(value)) {
          const list = dimensionsOf(value);
          return (target) => set.intList(target, name, list, value.length);
        }
        if (!Number.isSafeInteger(value)) refuse(op, attribute);
        return (target) => set.int(target, name, value as number);
      }
      case ATTRIBUTE_KINDS.TF_ATTR_FLOAT:
        if (typeof value !== 'number') refuse(op, attribute);
        return (target) => set.float(target, name, value);
      case ATTRIBUTE_KINDS.TF_ATTR_BOOL:
        return (target) => set.bool(target, name, value ? 1 : 0);
      case ATTRIBUTE_KINDS.TF_ATTR_STRING: {
        if (typeof value !== 'string') refuse(op, attribute);
        const bytes = utf8.encode(value);
        return (target) => set.string(target, name, bytes, bytes.length);
      }
      case ATTRIBUTE_KINDS.TF_ATTR_SHAPE: {
        if (!isIntegers(value)) refuse(op, attribute);
        const dims = dimensionsOf(value);
        return (target, status) => set.shape(target, name, dims, value.length, status);
      }
      default:
        return refuse(op, attribute);
    }
  });
}
