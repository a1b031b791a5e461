// What is written in a dialog outlives the page: a server that was started again, a tab that the phone has put away. It stays in this
// tab's own storage, and only until the dialog is closed.
const name = 'techtemp-kept';

function keep(dialog) {
  if (!dialog.open || !dialog.dataset.keep) return;
  const values = {};
  for (const input of dialog.querySelectorAll('input[name], select[name], textarea[name]')) {
    if (input.type !== 'password') values[input.name] = input.type === 'checkbox' ? String(input.checked) : input.value;
  }
  sessionStorage.setItem(name, JSON.stringify({ path: location.pathname, key: dialog.dataset.keep, values }));
}

export const kept = {
  begin(dialog) {
    // Rows come and go, and the page may write into a field itself.
    dialog.keeper ??= new MutationObserver(() => keep(dialog));
    dialog.keeper.observe(dialog, { childList: true, subtree: true, attributeFilter: ['value', 'name', 'data-keep'] });
    keep(dialog);
  },

  end(dialog) {
    dialog.keeper?.disconnect();
    sessionStorage.removeItem(name);
  },

  // What was open on this page when it was loaded; null for nothing.
  read() {
    const text = sessionStorage.getItem(name);
    return text && JSON.parse(text).path === location.pathname ? text : null;
  },
};

for (const event of ['input', 'change']) {
  document.addEventListener(event, e => {
    const dialog = e.target.closest?.('dialog');
    if (dialog) keep(dialog);
  });
}
