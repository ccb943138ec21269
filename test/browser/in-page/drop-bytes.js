/** Drops a file of bytes, as base64, on the part of the page with the selector. */
({ selector, name, base64 }) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document
      .querySelector(selector)
      .dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
};
