import { createRegistry } from '../../registry.ts';
import { norm } from './norm.ts';
import { value } from './value.ts';

export const gradientClippings = createRegistry('gradient clipping', [norm, value]);
