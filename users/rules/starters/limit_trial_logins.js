function (user, context, callback) {
  const limit = 20;
  const { plan = "trial" } = user.app_metadata || {};

  if (plan === "trial" && context.stats.loginsCount > limit) {
    return callback(new UnauthorizedError(`Your trial has ended after ${limit} logins. Choose a plan to go on.`));
  }
  context.idToken["https://example.com/trial_logins_left"] =
    plan === "trial" ? limit - context.stats.loginsCount : null;
  callback(null, user, context);
}
