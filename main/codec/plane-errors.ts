import { CascadeError } from '../../common/errors.ts';

/** BAD_PLANES: what is stored of masks cannot be read. @param detail the rest of the sentence, without a full stop */
export function damagedPlanes(detail: string): CascadeError {
  return new CascadeError('BAD_PLANES', `A stored patch of masks is damaged: ${detail}.`);
}
