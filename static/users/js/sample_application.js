// The sample application of the demo, written as an application of any other site would be: the library signs users in,
// and the access token that it gets opens `/userinfo` and the user's own part of the Management API.
import { Auth0Client } from "@auth0/auth0-spa-js";
import { gettext } from "./gettext.js";

const root = document.querySelector("[data-application]");
const { domain, clientId, audience } = root.dataset;
const home = domain + location.pathname;
const scopes = ["openid", "profile", "email", "read:current_user", "update:current_user_metadata"];
const auth0 = new Auth0Client({
  domain,
  clientId,
  authorizationParams: {
    redirect_uri: home,
    audience,
    scope: scopes.join(" "),
  },
});

const actions = {
  "sign-in": () => auth0.loginWithRedirect(),
  "sign-up": () => auth0.loginWithRedirect({ authorizationParams: { screen_hint: "signup" } }),
  "sign-out": () => auth0.logout({ logoutParams: { returnTo: home } }),
  "save-hobby": saveHobby,
};

for (const element of root.querySelectorAll("[data-do]")) {
  element.addEventListener(element.matches("form") ? "submit" : "click", (event) => {
    event.preventDefault();
    attempt(() => actions[element.dataset.do](element));
  });
}
attempt(start);

/** Show what is known of the user who is signed in, if one is. */
async function start() {
  let user;
  try {
    await findSession();
    user = await auth0.getUser();
    if (user) await showUser(user);
  } catch (error) {
    user = null;
    throw error;
  } finally {
    show(user ? "signed-in" : "signed-out");
  }
}

/** Finish a sign-in that leads back here, or ask whether the user is signed in already. */
async function findSession() {
  if (!/[?&](code|error)=/.test(location.search)) return auth0.checkSession();
  const answer = location.href;
  // A code is used once: neither a reload nor the history may send this one again.
  history.replaceState(null, "", location.pathname);
  return auth0.handleRedirectCallback(answer);
}

async function showUser(user) {
  const token = await auth0.getTokenSilently();
  const [profile, own] = await Promise.all([request("/userinfo", token), request(ownPath(user), token)]);
  setText("name", user.name);
  setText("email", user.email === user.name ? "" : user.email);
  setJson("profile", profile);
  setJson("id-token", (await auth0.getIdTokenClaims()).__raw, decode);
  setJson("access-token", token, decode);
  showMetadata(own.user_metadata ?? {});
}

function showMetadata(metadata) {
  setJson("user-metadata", metadata);
  root.querySelector("#hobby").value = metadata.hobby ?? "";
}

async function saveHobby(form) {
  setText("saved", "");
  const [user, token] = await Promise.all([auth0.getUser(), auth0.getTokenSilently()]);
  // Null removes the key.
  const hobby = new FormData(form).get("hobby").trim() || null;
  const changed = await request(ownPath(user), token, { user_metadata: { hobby } });
  showMetadata(changed.user_metadata ?? {});
  setText("saved", gettext("Saved."));
}

/** The user in the Management API. */
function ownPath(user) {
  return `/api/v2/users/${encodeURIComponent(user.sub)}`;
}

/** The answer to a GET, or to a PATCH where there is a body. Throws an Error with the server's text. */
async function request(path, token, body) {
  const answer = await fetch(domain + path, {
    method: body ? "PATCH" : "GET",
    headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.message ?? content.error_description ?? answer.statusText);
  return content;
}

/** Header and claims of a token. To look at only: what checks a token also verifies its signature. */
function decode(token) {
  const [header, payload] = token.split(".").slice(0, 2).map((part) => {
    const bytes = Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (byte) => byte.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  });
  return { header, payload };
}

/** Do this, and show what goes wrong. */
async function attempt(action) {
  root.querySelector("[data-show=error]").hidden = true;
  try {
    await action();
  } catch (error) {
    setText("error", error.error_description || error.message);
    root.querySelector("[data-show=error]").hidden = false;
  }
}

/** Show one state of the page. */
function show(state) {
  for (const name of ["signed-out", "signed-in"]) root.querySelector(`[data-show=${name}]`).hidden = name !== state;
}

function setText(name, text) {
  root.querySelector(`[data-text=${name}]`).textContent = text ?? "";
}

function setJson(name, value, read = (given) => given) {
  setText(name, JSON.stringify(read(value), null, 2));
}
