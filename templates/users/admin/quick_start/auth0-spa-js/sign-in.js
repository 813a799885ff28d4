import { createAuth0Client } from "@auth0/auth0-spa-js";

const auth0 = await createAuth0Client({
  domain: "%domain%",
  clientId: "%client_id%",
  authorizationParams: {
    redirect_uri: "%callback%",
    audience: "%audience%",
    scope: "%scope%",
  },
});

// On the page of the callback URL
if (location.search.includes("state=")) {
  await auth0.handleRedirectCallback();
  history.replaceState({}, "", location.pathname);
}

export const user = await auth0.getUser();
export const signIn = () => auth0.loginWithRedirect();
export const signOut = () => auth0.logout({ logoutParams: { returnTo: "%after_logout%" } });
export const accessToken = () => auth0.getTokenSilently();
