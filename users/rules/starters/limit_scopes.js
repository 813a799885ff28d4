function (user, context, callback) {
  // Scopes that only users with a role get. All others are granted as they were requested.
  const roleForScope = { "delete:reports": "admin", "write:reports": "editor" };
  const { roles = [] } = context.authorization || {};
  const requested = context.accessToken.scope || [];

  context.accessToken.scope = requested.filter((scope) => !roleForScope[scope] || roles.includes(roleForScope[scope]));
  callback(null, user, context);
}
