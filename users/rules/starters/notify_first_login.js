async function (user, context, callback) {
  // configuration.NOTIFY_URL: such as an incoming webhook of Slack. Its host is in SCRIPT_HOSTS.
  const isRefresh = context.protocol === "oauth2-refresh-token";

  if (context.stats.loginsCount === 1 && !isRefresh) {
    const text = `New user ${user.email || user.user_id} in ${context.clientName}`;
    const body = JSON.stringify({ text });
    try {
      await fetch(configuration.NOTIFY_URL, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    } catch (error) {
      // A message that cannot be sent is no reason to deny the login.
      console.log("No message sent:", error.message);
    }
  }
  callback(null, user, context);
}
