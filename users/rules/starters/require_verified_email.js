function (user, context, callback) {
  if (!user.email_verified) {
    return callback(new UnauthorizedError("Please verify your email, then sign in again."));
  }
  callback(null, user, context);
}
