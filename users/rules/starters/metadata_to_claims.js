function (user, context, callback) {
  // Names of claims that are URLs of your own collide with no claim of OpenID Connect.
  const namespace = "https://example.com/";
  const { plan = "free" } = user.app_metadata || {};
  const { preferences = {} } = user.user_metadata || {};

  for (const token of [context.idToken, context.accessToken]) {
    token[`${namespace}plan`] = plan;
    token[`${namespace}preferences`] = preferences;
  }
  callback(null, user, context);
}
