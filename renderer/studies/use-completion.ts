import { nextTick, ref, shallowRef } from 'vue';
import type { Ref } from 'vue';
import { completeStudy } from '../../common/study/completion/complete.ts';
import type { Completion, Suggestion } from '../../common/study/completion/complete.ts';
import type { Schema } from '../../common/study/completion/leaves.ts';
import { askedBy, newLineAt } from './editing.ts';

/** The suggestions at the caret of a text area: when they open, how keys move through them, what choosing writes. */
export function useCompletion(area: Readonly<Ref<HTMLTextAreaElement | null>>, schema: () => Schema | null) {
  const open = shallowRef<Completion | null>(null);
  /** Place in the list; −1 where Enter is to be a new line. */
  const active = ref(-1);
  /** Said to those who do not see the list. */
  const said = ref('');
  let writing = false;

  function show(how: 'choose' | 'look'): void {
    const known = schema();
    const box = area.value;
    if (!box || !known) return close();
    const found = completeStudy(box.value, box.selectionStart, known);
    const [first, ...others] = found?.suggestions ?? [];
    // A word that is whole already needs no list.
    const whole = how === 'choose' && others.length === 0 && first?.label === found?.prefix;
    open.value = whole ? null : found;
    active.value = how === 'choose' ? 0 : -1;
    const count = open.value?.suggestions.length ?? 0;
    said.value = count === 0 ? '' : `${count} ${count === 1 ? 'suggestion' : 'suggestions'}`;
  }

  function close(): void {
    open.value = null;
    said.value = '';
  }

  /** Writes as typing does, so that it can be undone. */
  function write(from: number, to: number, text: string, caret: number): void {
    const box = area.value;
    if (!box) return;
    writing = true;
    box.setSelectionRange(from, to);
    if (!document.execCommand('insertText', false, text)) {
      box.setRangeText(text, from, to, 'end');
      box.dispatchEvent(new Event('input'));
    }
    box.setSelectionRange(from + caret, from + caret);
    writing = false;
  }

  async function choose(suggestion: Suggestion): Promise<void> {
    const completion = open.value;
    close();
    if (!completion) return;
    write(completion.from, completion.to, suggestion.insert, suggestion.caret);
    await nextTick();
    show('choose');
    if (open.value?.prefix !== '') close();
  }

  function input(event: Event): void {
    const box = area.value;
    if (writing || !box) return;
    const { inputType = '', data = null } = event as Partial<InputEvent>;
    if (inputType.startsWith('delete')) {
      if (open.value) show('choose');
      if (open.value?.prefix === '') close();
      return;
    }
    const how = askedBy(box.value, box.selectionStart, data);
    if (how === null) close();
    else show(how);
  }

  function key(event: KeyboardEvent): void {
    const box = area.value;
    if (!box || event.isComposing) return;
    if (event.code === 'Space' && event.ctrlKey) {
      event.preventDefault();
      show('choose');
      if (open.value === null) said.value = 'No suggestions here';
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (open.value && within(event, open.value)) event.preventDefault();
    else if (event.key === 'Enter' && !event.shiftKey && box.selectionStart === box.selectionEnd) {
      event.preventDefault();
      close();
      const at = box.selectionStart;
      const line = newLineAt(box.value, at);
      write(at, at, line, line.length);
    }
  }

  /** A key while the list is open; whether the list has taken it. */
  function within(event: KeyboardEvent, { suggestions, prefix }: Completion): boolean {
    const count = suggestions.length;
    const chosen = suggestions[active.value];
    switch (event.key) {
      case 'ArrowDown':
        active.value = (active.value + 1) % count;
        return true;
      case 'ArrowUp':
        active.value = (Math.max(0, active.value) + count - 1) % count;
        return true;
      case 'PageDown':
        active.value = Math.min(count - 1, active.value + 8);
        return true;
      case 'PageUp':
        active.value = Math.max(0, active.value - 8);
        return true;
      case 'Escape':
        event.stopPropagation();
        close();
        return true;
      case 'Tab':
        if (event.shiftKey) return false;
        void choose(chosen ?? suggestions[0]!);
        return true;
      case 'Enter':
        if (event.shiftKey || !chosen || chosen.label === prefix) return false;
        void choose(chosen);
        return true;
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'Home':
      case 'End':
        close();
        return false;
      default:
        return false;
    }
  }

  return { open, active, said, input, key, choose, close };
}
