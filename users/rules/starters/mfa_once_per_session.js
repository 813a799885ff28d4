function (user, context, callback) {
  const { methods = [] } = context.authentication || {};

  // The methods are those of the whole session, so that single sign-on to a second application asks for no code.
  if (!methods.some((method) => method.name === "mfa")) {
    context.multifactor = { provider: "any", allowRememberBrowser: false };
  }
  callback(null, user, context);
}
