// What a developer writes with openid-client 6, for a web server.
import * as oidc from "openid-client";

import { answerCalls } from "./answering.mjs";

class Program {
    constructor({ domain, client_id: clientId, client_secret: clientSecret }) {
        this.discovered = oidc.discovery(new URL(`https://${domain}/`), clientId, clientSecret);
    }

    // The URL to which the user is sent.
    async begin(redirectUri, scope) {
        this.verifier = oidc.randomPKCECodeVerifier();
        this.state = oidc.randomState();
        this.nonce = oidc.randomNonce();
        const url = oidc.buildAuthorizationUrl(await this.discovered, {
            redirect_uri: redirectUri,
            scope,
            state: this.state,
            nonce: this.nonce,
            code_challenge: await oidc.calculatePKCECodeChallenge(this.verifier),
            code_challenge_method: "S256",
        });
        return url.href;
    }

    async finish(url) {
        const checks = {
            pkceCodeVerifier: this.verifier,
            expectedState: this.state,
            expectedNonce: this.nonce,
            idTokenExpected: true,
        };
        const tokens = await oidc.authorizationCodeGrant(await this.discovered, new URL(url), checks);
        return { ...tokens, claims: tokens.claims() };
    }

    async refresh(refreshToken) {
        return oidc.refreshTokenGrant(await this.discovered, refreshToken);
    }

    async userinfo(accessToken, sub) {
        return oidc.fetchUserInfo(await this.discovered, accessToken, sub);
    }

    async revoke(refreshToken) {
        return oidc.tokenRevocation(await this.discovered, refreshToken);
    }

    async end_session_url(idToken, returnTo) {
        const parameters = { id_token_hint: idToken, post_logout_redirect_uri: returnTo };
        return oidc.buildEndSessionUrl(await this.discovered, parameters).href;
    }
}

await answerCalls(Program);
