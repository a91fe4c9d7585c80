// Runs before the first paint, as a plain script, since the page's policy allows no inline one.
(() => {
  // Under the page's policy no text becomes markup or script: only addresses of scripts pass, and only our own.
  // Workers and the service worker are started from such addresses.
  globalThis.trustedTypes?.createPolicy('default', {
    createScriptURL: (address) => (new URL(address, location.href).origin === location.origin ? address : null),
  });

  // The chosen theme, so that the page doesn't flash in the other one. Without storage the system's is taken.
  try {
    const theme = localStorage.getItem('satchel.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {}

  // A consent page sent the browser back here with a code that nobody else may see: it goes from the address
  // bar and the history to the app, which reads and removes `satchelReturn`.
  const search = new URLSearchParams(location.search);
  if (search.has('state') && (search.has('code') || search.has('error'))) {
    window.satchelReturn = location.href;
    history.replaceState(null, '', `${location.pathname}#/connect`);
  }
})();
