// An application with Lock on its page. After the redirect back, Lock reads the answer from the URL.
const EVENTS = ["authenticated", "authorization_error", "unrecoverable_error", "signup success", "signup error"];
globalThis.events = [];

globalThis.open_lock = (given, show = {}) => {
  localStorage.setItem("lock", JSON.stringify(given));
  globalThis.lock = new Auth0Lock(given.clientId, given.domain, given.options);
  for (const name of EVENTS) lock.on(name, (value) => events.push({ name, value }));
  lock.show(show);
};

globalThis.get_user_info = (token) =>
  new Promise((resolve) => lock.getUserInfo(token, (error, profile) => resolve({ error, profile })));

const stored = localStorage.getItem("lock");
if (stored && location.hash) {
  const given = JSON.parse(stored);
  globalThis.lock = new Auth0Lock(given.clientId, given.domain, given.options);
  for (const name of EVENTS) lock.on(name, (value) => events.push({ name, value }));
}
