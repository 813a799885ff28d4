// A one-page application, as the quick start of auth0-react has it. The query of its first URL says where it signs
// users in: `?domain=…&clientId=…`.
const { createElement: h, useState } = React;
const { Auth0Provider, useAuth0 } = reactAuth0;

const query = new URLSearchParams(location.search);
if (query.has("domain")) sessionStorage.setItem("settings", JSON.stringify(Object.fromEntries(query)));
const { domain, clientId } = JSON.parse(sessionStorage.getItem("settings"));
const home = location.origin + location.pathname;

function App() {
  const { isLoading, error, user, loginWithRedirect, logout, getAccessTokenSilently } = useAuth0();
  const [hobby, setHobby] = useState("");

  async function showHobby() {
    const headers = { Authorization: `Bearer ${await getAccessTokenSilently()}` };
    const url = `https://${domain}/api/v2/users/${encodeURIComponent(user.sub)}`;
    setHobby((await (await fetch(url, { headers })).json()).user_metadata.hobby);
  }

  if (isLoading) return h("p", null, "Loading");
  if (error) return h("p", { role: "alert" }, error.message);
  if (!user) return h("button", { onClick: () => loginWithRedirect() }, "Log in");
  return h(
    "section",
    null,
    h("h1", null, `Welcome, ${user.name}`),
    h("button", { onClick: showHobby }, "Show my hobby"),
    h("output", null, hobby),
    h("button", { onClick: () => logout({ logoutParams: { returnTo: home } }) }, "Log out"),
  );
}

const authorizationParams = {
  redirect_uri: home,
  audience: `https://${domain}/api/v2/`,
  scope: "openid profile email read:current_user",
};
ReactDOM.createRoot(document.getElementById("app")).render(
  h(Auth0Provider, { domain, clientId, authorizationParams }, h(App)),
);
