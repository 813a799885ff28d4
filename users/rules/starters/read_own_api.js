async function (user, context, callback) {
  // configuration: BILLING_URL and BILLING_KEY. An administrator allows the host in SCRIPT_HOSTS.
  const url = new URL(`/customers/${encodeURIComponent(user.user_id)}`, configuration.BILLING_URL);
  const answer = await fetch(url.href, { headers: { Authorization: `Bearer ${configuration.BILLING_KEY}` } });

  if (answer.ok) {
    const { customer_id } = await answer.json();
    await auth0.users.updateAppMetadata(user.user_id, { customer_id });
    context.idToken["https://example.com/customer_id"] = customer_id;
  } else if (answer.status !== 404) {
    // Without this line users could sign in while billing is away, with no customer in their token.
    return callback(new Error("Billing cannot be reached. Try again in a minute."));
  }
  callback(null, user, context);
}
