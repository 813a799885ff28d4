function (user, context, callback) {
  const { country_code: country, time_zone: timeZone } = context.request.geoip || {};

  // Behind a proxy that names no country there is none.
  if (country) context.idToken["https://example.com/country"] = country;
  if (timeZone) context.idToken["https://example.com/time_zone"] = timeZone;
  callback(null, user, context);
}
