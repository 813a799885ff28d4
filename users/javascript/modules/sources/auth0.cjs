/**
 * The package `auth0`, as far as rules need it: a ManagementClient that updates the metadata of the user who signs in.
 * It does not use the network: it asks the parent process, as `auth0.users` of a rule does.
 */
const { call } = require("#host");

const readId = (given) => (typeof given === "string" ? given : (given?.id ?? given?.user_id));

/** A promise, and the call of a callback in Node's manner where there is one. */
function settle(answer, callback) {
  if (typeof callback !== "function") return answer;
  answer.then(
    (value) => callback(null, value),
    (error) => callback(error),
  );
  return undefined;
}

async function update(user, changes) {
  const { user_metadata: own, app_metadata: app, ...others } = changes ?? {};
  const [other] = Object.keys(others);
  if (other) throw new Error(`A rule updates user_metadata and app_metadata, not ${other}.`);
  let updated;
  if (own !== undefined) updated = await call("users.updateUserMetadata", readId(user), own);
  if (app !== undefined) updated = await call("users.updateAppMetadata", readId(user), app);
  return updated;
}

const OFFERED = {
  updateUserMetadata: (user, metadata, callback) =>
    settle(call("users.updateUserMetadata", readId(user), metadata), callback),
  updateAppMetadata: (user, metadata, callback) =>
    settle(call("users.updateAppMetadata", readId(user), metadata), callback),
  updateUser: (user, changes, callback) => settle(update(user, changes), callback),
};

/** Methods that are not offered reject with an error that names those that are. */
const refuseOthers = (methods, path) =>
  new Proxy(methods, {
    get(target, name) {
      if (name in target || typeof name !== "string" || name === "then") return target[name];
      return () => {
        const offered = Object.keys(OFFERED).join(", ");
        return Promise.reject(new Error(`${path}.${name} is not available to rules. There are: ${offered}.`));
      };
    },
  });

class ManagementClient {
  constructor() {
    const users = { update: OFFERED.updateUser, ...OFFERED };
    return refuseOthers({ ...OFFERED, users: refuseOthers(users, "ManagementClient.users") }, "ManagementClient");
  }
}

class AuthenticationClient {
  constructor() {
    throw new Error("AuthenticationClient is not available to rules.");
  }
}

module.exports = { AuthenticationClient, ManagementClient };
