// Copy, Show and the counters; the page tells everything without them.
for (const button of document.querySelectorAll('[data-copy], [data-show]')) button.hidden = false;

document.addEventListener('click', async ({ target }) => {
  const { copy, show } = target.dataset;
  if (copy) {
    await navigator.clipboard.writeText(document.getElementById(copy).value);
    target.textContent = 'Copied';
    setTimeout(() => {
      target.textContent = 'Copy';
    }, 2000);
  }
  if (show) {
    const input = document.getElementById(show);
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    target.textContent = shown ? 'Show' : 'Hide';
    target.setAttribute('aria-pressed', String(!shown));
  }
});

function count() {
  for (const time of document.querySelectorAll('[data-counter]')) {
    const seconds = Math.max(0, Math.floor((Date.parse(time.dateTime) - Date.now()) / 1000));
    const [days, hours, minutes] = [
      Math.floor(seconds / 86400),
      Math.floor(seconds / 3600) % 24,
      Math.floor(seconds / 60) % 60,
    ];
    time.textContent = `${days} d ${hours} h ${minutes} min ${seconds % 60} s`;
  }
}
count();
setInterval(count, 1000);
