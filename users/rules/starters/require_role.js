function (user, context, callback) {
  // Set the application metadata of a client, such as { "required_roles": "editor, admin" }.
  const required = (context.clientMetadata.required_roles || "").split(",").map((role) => role.trim()).filter(Boolean);
  const { roles = [] } = context.authorization || {};

  if (required.length && !required.some((role) => roles.includes(role))) {
    return callback(new UnauthorizedError(`You need one of these roles: ${required.join(", ")}.`));
  }
  callback(null, user, context);
}
