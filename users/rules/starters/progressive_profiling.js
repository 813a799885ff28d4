function (user, context, callback) {
  // configuration: PROFILE_URL, a page of yours that asks one question, and SESSION_TOKEN_SECRET.
  // It stores the answer in user_metadata.company, then sends the browser to /continue?state=...
  const { Auth0RedirectRuleUtilities } = require("@auth0/rule-utilities");
  const redirects = new Auth0RedirectRuleUtilities(user, context, configuration);
  const isAnswered = Boolean(user.user_metadata && user.user_metadata.company);

  // From the third login on: until then users learn what the application is good for.
  if (!isAnswered && context.stats.loginsCount >= 3 && redirects.canRedirect) {
    redirects.doRedirect(configuration.PROFILE_URL);
  }
  callback(null, user, context);
}
