/** Drops a file of a name, type and text on a region. */
({ region, name, mimeType, text }) => {
  const target = document.querySelector(`section[aria-label="${region}"]`);
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, { type: mimeType }));
  for (const type of ['dragenter', 'dragover', 'drop'])
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
};
