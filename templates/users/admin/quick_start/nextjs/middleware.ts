import type { NextRequest } from "next/server";
import { auth0 } from "./lib/auth0";

// Serves /auth/login, /auth/callback and /auth/logout.
export async function middleware(request: NextRequest) {
  return auth0.middleware(request);
}
