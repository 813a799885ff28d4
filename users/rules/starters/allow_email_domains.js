function (user, context, callback) {
  const domains = ["example.com", "example.org"];
  const domain = (user.email || "").split("@").pop().toLowerCase();

  if (!user.email_verified || !domains.includes(domain)) {
    return callback(new UnauthorizedError("Sign in with a verified email of your company."));
  }
  callback(null, user, context);
}
