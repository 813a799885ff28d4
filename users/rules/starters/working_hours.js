function (user, context, callback) {
  const moment = require("moment-timezone");
  const { time_zone: timeZone = "Europe/Berlin" } = user.app_metadata || {};
  const now = moment().tz(timeZone);
  const isWorkday = now.isoWeekday() <= 5;

  if (!isWorkday || now.hour() < 7 || now.hour() >= 20) {
    return callback(new UnauthorizedError("Sign in on weekdays between 7:00 and 20:00."));
  }
  callback(null, user, context);
}
