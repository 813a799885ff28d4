async function (user, context, callback) {
  const country = context.request.geoip && context.request.geoip.country_code;
  const { countries = [] } = user.app_metadata || {};
  const { methods = [] } = context.authentication || {};

  if (country && !countries.includes(country)) {
    if (countries.length && !methods.some((method) => method.name === "mfa")) {
      context.multifactor = { provider: "any", allowRememberBrowser: false };
    } else {
      await auth0.users.updateAppMetadata(user.user_id, { countries: [...countries, country] });
    }
  }
  callback(null, user, context);
}
