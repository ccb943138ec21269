/** Whether a key that is pressed there belongs to what has the focus: a person types, or a dialog is open. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return target.matches('input, textarea, select, [role="dialog"] *, [role="alertdialog"] *');
}
