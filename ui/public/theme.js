// Sets the remembered theme on the document before the first paint; `src/lib/theme.ts` owns it afterwards.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('milliways.theme');
  } catch {
    // Storage may be forbidden; the system's theme is then used.
  }
  const isDark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
})();
