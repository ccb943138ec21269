import { onScopeDispose } from 'vue';

/**
 * The second press of a double press belongs to what the first one met. Where that has gone meanwhile, or something else has taken
 * its place, the second press counts for nothing: nobody meant the row that lay under a dialog, or the button that came after 'Pause'.
 */
const CONTROLS =
  'button, a[href], input, select, textarea, summary, label, canvas, [tabindex], [role=option], [role=slider]';
/** Two presses of one key within this time are one double press, as far as nothing else was pressed between. */
const DOUBLE_MS = 350;
const KEYS: readonly string[] = ['Enter', ' '];

/** What a press on the target would do something to. */
function controlOf(target: EventTarget | null): Element | null {
  const control = target instanceof Element ? target.closest(CONTROLS) : null;
  return control instanceof HTMLLabelElement ? control.control : control;
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Call once, in the setup of the window's root. */
export function useDoublePresses(): void {
  const end = new AbortController();
  let pointed: Element | null = null;
  let pressed: { control: Element | null; key: string; at: number } | null = null;

  /** `detail` counts the clicks in one place in quick succession; clicks of keys and of scripts have none. */
  function click(event: MouseEvent): void {
    if (event.detail === 1) pointed = controlOf(event.target);
    else if (event.detail > 1 && controlOf(event.target) !== pointed) swallow(event);
  }
  function down(event: MouseEvent): void {
    pressed = null;
    if (event.detail > 1 && controlOf(event.target) !== pointed) swallow(event);
  }
  function key(event: KeyboardEvent): void {
    const control = controlOf(event.target);
    const isDouble =
      pressed !== null &&
      pressed.key === event.key &&
      KEYS.includes(event.key) &&
      (event.repeat || event.timeStamp - pressed.at < DOUBLE_MS);
    // A key that is held goes on for as long as it is, and belongs to where it began.
    if (isDouble && pressed !== null && control !== pressed.control) {
      pressed.at = event.timeStamp;
      swallow(event);
    } else pressed = { control, key: event.key, at: event.timeStamp };
  }

  // What is written in between, by whatever means, parts two presses.
  const written = (): void => void (pressed = null);

  const options = { capture: true, signal: end.signal };
  window.addEventListener('click', click, options);
  window.addEventListener('dblclick', click, options);
  window.addEventListener('mousedown', down, options);
  window.addEventListener('keydown', key, options);
  window.addEventListener('input', written, options);
  onScopeDispose(() => end.abort());
}
