async function (user, context, callback) {
  const defaults = {
    user_metadata: { theme: "system", newsletter: false },
    app_metadata: { plan: "free" },
  };
  const missing = (document) => {
    const stored = user[document] || {};
    return Object.fromEntries(Object.entries(defaults[document]).filter(([key]) => !(key in stored)));
  };
  const ofUser = missing("user_metadata");
  const ofApp = missing("app_metadata");

  // Silent renewals count no login: this may run again at the first one, and then finds nothing missing.
  if (context.stats.loginsCount <= 1) {
    if (Object.keys(ofUser).length) await auth0.users.updateUserMetadata(user.user_id, ofUser);
    if (Object.keys(ofApp).length) await auth0.users.updateAppMetadata(user.user_id, ofApp);
    // Rules that follow, and claims, read the object.
    user.user_metadata = { ...user.user_metadata, ...ofUser };
    user.app_metadata = { ...user.app_metadata, ...ofApp };
  }
  callback(null, user, context);
}
