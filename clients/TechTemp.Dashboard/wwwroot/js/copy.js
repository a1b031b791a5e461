// Copies the command beside a pressed button and says so.
document.addEventListener('click', async event => {
  const line = event.target.closest?.('[data-copy]')?.closest('.copyline');
  if (!line) return;
  const status = line.querySelector('[data-copied]'), done = await copy(line.querySelector('code'));
  // Emptied first: a screen reader speaks the same words a second time.
  status.textContent = '';
  requestAnimationFrame(() => status.textContent = done ? status.dataset.copied : status.dataset.failed);
});

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // Browsers have no clipboard for pages over plain http, except from localhost. The text stays selected, ready for the keyboard.
    getSelection().selectAllChildren(element);
    return document.execCommand('copy');
  }
}
