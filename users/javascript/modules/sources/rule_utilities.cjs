/**
 * `@auth0/rule-utilities`: helpers for redirect rules, and for changes to the user's metadata. Auth0 has withdrawn the
 * package from npm; this has its interface.
 */
const { ManagementClient } = require("auth0");

// Protocols in which nobody could follow a redirect, or has just come back from one.
const noRedirectProtocols = ["oauth2-resource-owner", "oauth2-refresh-token", "oauth2-password", "redirect-callback"];

/** Redirects with a signed token that proves whom the other page has before it. */
class Auth0RedirectRuleUtilities {
  constructor(user, context, configuration) {
    this.user = user ?? {};
    this.context = context ?? {};
    this.noRedirectProtocols = noRedirectProtocols;
    this.tokenSecret = configuration?.SESSION_TOKEN_SECRET;
    this.tokenExpiresIn = configuration?.SESSION_TOKEN_EXPIRES_IN || "3d";
  }

  get redirectUrl() {
    return this.context.redirect?.url;
  }

  get queryParams() {
    return this.context.request?.query ?? {};
  }

  get protocolCanRedirect() {
    return !this.noRedirectProtocols.includes(this.context.protocol);
  }

  get isRedirectCallback() {
    return this.context.protocol === "redirect-callback";
  }

  /** Whether a redirect is possible: no other rule redirects or asks for a second factor, and there may be pages. */
  get canRedirect() {
    const { multifactor } = this.context;
    return !this.redirectUrl && !multifactor && this.queryParams.prompt !== "none" && this.protocolCanRedirect;
  }

  get issuer() {
    return `https://${this.context.request.hostname}/`;
  }

  createSessionToken(additionalClaims = {}) {
    const claims = { ip: this.context.request.ip, iss: this.issuer, sub: this.user.user_id, ...additionalClaims };
    return require("jsonwebtoken").sign(claims, this.tokenSecret, { expiresIn: this.tokenExpiresIn });
  }

  /** The claims of the token in the query. Throws what jsonwebtoken does, and for a token that does not expire. */
  validateSessionToken(verifyOptions = {}) {
    const options = { ...verifyOptions, subject: this.user.user_id, issuer: this.issuer };
    const claims = require("jsonwebtoken").verify(this.queryParams.session_token, this.tokenSecret, options);
    if (!claims.exp) throw new Error("Expired token");
    return claims;
  }

  doRedirect(url, options) {
    if (!url || !this.canRedirect) throw new Error("Cannot redirect");
    const { sessionToken, generateSessionToken = true } = options ?? {};
    let token = typeof sessionToken === "string" ? sessionToken : "";
    if (!token && generateSessionToken === true) token = this.createSessionToken();
    this.context.redirect = { url: token ? `${url}${url.includes("?") ? "&" : "?"}session_token=${token}` : url };
  }
}

/** Collects changes of metadata, in one namespace if one is given, and saves them. */
class Auth0UserUpdateUtilities {
  constructor(user, auth0, namespace) {
    this.user = user;
    this.userId = user.user_id;
    this.apiClient = new ManagementClient({ token: auth0?.accessToken, domain: auth0?.domain });
    this.updatedUserData = {};
    this.namespace = typeof namespace === "string" && namespace ? namespace : undefined;
    this.isNamespaced = this.namespace !== undefined;
    for (const document of ["user_metadata", "app_metadata"]) {
      user[document] = user[document] || {};
      if (this.isNamespaced) user[document][namespace] = user[document][namespace] || {};
    }
  }

  setUser(key, value) {
    this.user[key] = value;
    this.updatedUserData[key] = value;
  }

  setUserMeta(key, value) {
    this.#find("user_metadata")[key] = value;
  }

  setAppMeta(key, value) {
    this.#find("app_metadata")[key] = value;
  }

  getUserMeta(key) {
    return this.#find("user_metadata")[key];
  }

  getAppMeta(key) {
    return this.#find("app_metadata")[key];
  }

  updateUser() {
    return this.#save(this.apiClient.updateUser({ id: this.userId }, this.updatedUserData));
  }

  updateUserMetadata() {
    return this.#save(this.apiClient.updateUserMetadata({ id: this.userId }, this.user.user_metadata));
  }

  updateAppMetadata() {
    return this.#save(this.apiClient.updateAppMetadata({ id: this.userId }, this.user.app_metadata));
  }

  #find(document) {
    return this.isNamespaced ? this.user[document][this.namespace] : this.user[document];
  }

  /** Rules do not wait for it. */
  #save(answer) {
    answer.catch((error) => console.error(error));
    return answer;
  }
}

module.exports = { Auth0RedirectRuleUtilities, Auth0UserUpdateUtilities, noRedirectProtocols };
