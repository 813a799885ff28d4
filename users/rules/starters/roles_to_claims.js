function (user, context, callback) {
  const { roles = [] } = context.authorization || {};

  context.idToken["https://example.com/roles"] = roles;
  context.accessToken["https://example.com/roles"] = roles;
  callback(null, user, context);
}
