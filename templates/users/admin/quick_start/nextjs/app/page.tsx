import { auth0 } from "../lib/auth0";

export default async function Home() {
  const session = await auth0.getSession();
  if (!session) return <a href="/auth/login">Sign in</a>;
  return <p>Welcome, {session.user.name}. <a href="/auth/logout">Sign out</a></p>;
}
