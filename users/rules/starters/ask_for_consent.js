function (user, context, callback) {
  // configuration: CONSENT_URL, a page of yours, and SESSION_TOKEN_SECRET. It stores user_metadata.terms, such as
  // { "version": "2026-12", "accepted_at": 1796083200 }, then sends the browser to /continue?state=...
  const version = "2026-12";
  const { Auth0RedirectRuleUtilities } = require("@auth0/rule-utilities");
  const redirects = new Auth0RedirectRuleUtilities(user, context, configuration);
  const { terms = {} } = user.user_metadata || {};

  if (terms.version === version) return callback(null, user, context);
  if (!redirects.canRedirect) {
    return callback(new UnauthorizedError("Please accept the terms of service first."));
  }
  redirects.doRedirect(configuration.CONSENT_URL);
  callback(null, user, context);
}
