function (user, context, callback) {
  // configuration.ALLOWED_NETWORKS: such as "203.0.113.0/24, 2001:db8::/32".
  const ipaddr = require("ipaddr.js");
  const networks = (configuration.ALLOWED_NETWORKS || "").split(",").map((text) => text.trim()).filter(Boolean);
  const address = ipaddr.process(context.request.ip);
  const isAllowed = networks.some((text) => {
    const [network, bits] = ipaddr.parseCIDR(text);
    return network.kind() === address.kind() && address.match(network, bits);
  });

  if (!isAllowed) {
    return callback(new UnauthorizedError("Sign in from the network of your company."));
  }
  callback(null, user, context);
}
