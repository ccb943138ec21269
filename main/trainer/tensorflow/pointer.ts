/** An address in native memory; 0n and null are C's NULL. */
export type Pointer = bigint;
