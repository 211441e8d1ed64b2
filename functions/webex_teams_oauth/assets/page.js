// Copy buttons and countdowns. The page is complete without them.
const announcement = document.getElementById('status');

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => copy(button, document.getElementById(button.dataset.copy)));
}

async function copy(button, value) {
  try {
    await navigator.clipboard.writeText(value.textContent);
    button.classList.add('done');
    announcement.textContent = `${button.dataset.name} copied.`;
  } catch {
    // The browser denies access to the clipboard: show and select the value, so that the user can copy it.
    const secret = value.closest('details');
    if (secret) secret.open = true;
    getSelection().selectAllChildren(value);
    announcement.textContent = `${button.dataset.name} is selected. Copy it with your keyboard.`;
  }
  setTimeout(() => {
    button.classList.remove('done');
    announcement.textContent = '';
  }, 2500);
}

// Count by the server's clock, because this machine's may be wrong.
const ahead = Date.now() - Number(document.body.dataset.now);
const counters = document.querySelectorAll('time[data-counter]');
const two = (number) => String(number).padStart(2, '0');

function count() {
  for (const time of counters) {
    const seconds = Math.max(0, Math.floor((Date.parse(time.dateTime) + ahead - Date.now()) / 1000));
    const days = Math.floor(seconds / 86400);
    const clock = [seconds / 3600, seconds / 60, seconds].map((unit, index) =>
      two(Math.floor(unit) % (index ? 60 : 24)),
    );
    time.textContent = `${days ? `${days} day${days === 1 ? '' : 's'} ` : ''}${clock.join(':')}`;
  }
}
if (counters.length > 0) {
  count();
  setInterval(count, 1000);
}

// Back may restore a page from the browser's memory whose tokens have been cleared since.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});
