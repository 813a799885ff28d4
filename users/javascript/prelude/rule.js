/**
 * The calling convention of Auth0's Rules: `function (user, context, callback)`, named or not, also async or an arrow.
 * The callback ends the run: `callback(error)` or `callback(null, user, context)`.
 */
(function (host) {
  "use strict";

  const { kinds } = host;
  const { call, fail, succeed, publish, stringify } = host.tools;
  const { freeze } = Object;

  /** Denies the sign-in. A function and no class, so that it also works without `new`, as Error does. */
  function UnauthorizedError(message) {
    const error = Reflect.construct(Error, message === undefined ? [] : [message], new.target ?? UnauthorizedError);
    error.code = "unauthorized";
    return error;
  }
  Object.setPrototypeOf(UnauthorizedError, Error);
  UnauthorizedError.prototype = Object.create(Error.prototype, {
    constructor: { value: UnauthorizedError, writable: true, configurable: true },
    name: { value: "UnauthorizedError", writable: true, configurable: true },
  });
  publish("UnauthorizedError", freeze(UnauthorizedError));

  /** A method that returns a promise and also takes a callback in Node's manner as its last argument. */
  function method(operation, arity) {
    return freeze((...given) => {
      const answer = call(operation, ...given.slice(0, arity));
      const callback = given[arity];
      if (typeof callback !== "function") return answer;
      answer.then(
        (value) => callback(null, value),
        (error) => callback(error),
      ).catch(fail);
      return answer;
    });
  }

  function requireObject(value, name) {
    if (value === null || typeof value !== "object" || Array.isArray(value))
      throw new TypeError(`callback(error, user, context): ${name} must be an object.`);
    return value;
  }

  kinds.rule = (rule, { user, context, configuration, global: shared, auth0 }) => {
    publish("configuration", freeze(configuration ?? {}));
    publish("global", shared ?? {});
    const users = freeze({
      updateUserMetadata: method("users.updateUserMetadata", 2),
      updateAppMetadata: method("users.updateAppMetadata", 2),
    });
    publish("auth0", freeze({ ...auth0, users }));

    const callback = (error, nextUser, nextContext) => {
      if (error !== null && error !== undefined) return fail(error);
      try {
        const written = [
          stringify(requireObject(nextUser ?? user, "user")),
          stringify(requireObject(nextContext ?? context, "context")),
        ];
        succeed(`{"user":${written[0]},"context":${written[1]}}`);
      } catch (bad) {
        fail(bad);
      }
    };

    const returned = rule(user, context, callback);
    if (returned !== null && typeof returned === "object" && typeof returned.then === "function")
      returned.then(undefined, fail);
  };
});
