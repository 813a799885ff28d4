import { Auth0Lock } from "auth0-lock";

const lock = new Auth0Lock("%client_id%", "%domain%", {
  auth: {
    redirectUrl: "%callback%",
    responseType: "token id_token",
    audience: "%audience%",
    params: { scope: "%scope%" },
  },
  // Without these three, Lock asks servers of Auth0 and Gravatar.
  avatar: null,
  languageBaseUrl: "%public_url%",
  theme: { logo: "%logo%" },
});

// On the page of the callback URL, Lock reads the answer by itself.
lock.on("authenticated", ({ accessToken }) => {
  lock.getUserInfo(accessToken, (error, profile) => {
    document.body.append(error ? error.error_description : `Welcome, ${profile.name}`);
  });
});
lock.on("authorization_error", (error) => console.warn(error.errorDescription));

export const signIn = () => lock.show();
export const signOut = () => lock.logout({ returnTo: "%after_logout%" });
