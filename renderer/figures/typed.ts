import type { Directive } from 'vue';

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * What stands in a field, which changes when the value does and not whenever something beside it is drawn anew: what is being typed
 * stays, and so does what was refused.
 */
export const vTyped: Directive<Field, string | number> = {
  mounted(field, { value }) {
    field.value = String(value);
  },
  updated(field, { value, oldValue }) {
    if (value !== oldValue) field.value = String(value);
  },
};
