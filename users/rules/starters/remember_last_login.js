async function (user, context, callback) {
  // Silent renewals are no visits.
  if (context.protocol !== "oauth2-refresh-token") {
    const last_login = { at: new Date().toISOString(), ip: context.request.ip, application: context.clientName };
    await auth0.users.updateAppMetadata(user.user_id, { last_login });
  }
  callback(null, user, context);
}
