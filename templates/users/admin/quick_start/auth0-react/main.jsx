import { Auth0Provider, useAuth0 } from "@auth0/auth0-react";
import { createRoot } from "react-dom/client";

function App() {
  const { isLoading, error, user, loginWithRedirect, logout } = useAuth0();
  if (isLoading) return <p>Loading</p>;
  if (error) return <p role="alert">{error.message}</p>;
  if (!user) return <button onClick={() => loginWithRedirect()}>Sign in</button>;
  return (
    <section>
      <h1>Welcome, {user.name}</h1>
      <button onClick={() => logout({ logoutParams: { returnTo: "%after_logout%" } })}>Sign out</button>
    </section>
  );
}

createRoot(document.getElementById("root")).render(
  <Auth0Provider
    domain={"%domain%"}
    clientId={"%client_id%"}
    authorizationParams={{
      redirect_uri: "%callback%",
      audience: "%audience%",
      scope: "%scope%",
    }}
  >
    <App />
  </Auth0Provider>,
);
