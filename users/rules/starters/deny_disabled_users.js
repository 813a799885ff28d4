function (user, context, callback) {
  // Staff set app_metadata.disabled: true, or a list of client IDs to deny only some applications.
  const { disabled = false } = user.app_metadata || {};

  if (disabled === true || (Array.isArray(disabled) && disabled.includes(context.clientID))) {
    return callback(new UnauthorizedError("Your access to this application is disabled."));
  }
  callback(null, user, context);
}
