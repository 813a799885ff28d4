async function (user, context, callback) {
  const rolesByDomain = {
    "example.com": ["employee"],
    "partner.example.net": ["partner"],
  };
  const domain = (user.email || "").split("@").pop().toLowerCase();
  // An address that is not verified proves nothing about its domain.
  const roles = (user.email_verified && rolesByDomain[domain]) || [];
  const stored = (user.app_metadata && user.app_metadata.roles) || [];

  if (JSON.stringify(stored) !== JSON.stringify(roles)) {
    user.app_metadata = { ...user.app_metadata, roles };
    await auth0.users.updateAppMetadata(user.user_id, { roles });
  }
  context.idToken["https://example.com/roles"] = roles;
  context.accessToken["https://example.com/roles"] = roles;
  callback(null, user, context);
}
