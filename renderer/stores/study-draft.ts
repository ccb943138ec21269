import { ref } from 'vue';

/** The study file at hand. It outlives the view: what was opened or typed is there when one comes back. */
export const draftName = ref('');
export const draftText = ref('');
