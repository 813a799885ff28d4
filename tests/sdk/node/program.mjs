// What a developer writes with npm's auth0, where versions 6 and 7 are alike: all but the token.
export class Program {
    constructor({ domain, token, client_id: clientId, client_secret: clientSecret }, ManagementClient) {
        this.credentials = { domain, clientId, clientSecret };
        this.audience = `https://${domain}/api/v2/`;
        this.management = new ManagementClient(token ? { domain, token } : this.credentials);
        this.users = this.management.users;
        this.roles = this.management.roles;
        this.jobs = this.management.jobs;
        this.logs = this.management.logs;
    }

    async create(body) {
        return this.users.create(body);
    }

    async get(userId) {
        return this.users.get(userId);
    }

    async get_once(userId) {
        return this.users.get(userId, {}, { maxRetries: 0 });
    }

    async patch(userId, body) {
        return this.users.update(userId, body);
    }

    async delete(userId) {
        return this.users.delete(userId);
    }

    async page(number, size) {
        return (await this.users.list({ page: number, per_page: size })).response;
    }

    async everybody(size) {
        const users = await all(this.users.list({ per_page: size }));
        return users.map((user) => user.user_id);
    }

    async by_email(address) {
        return this.users.listUsersByEmail({ email: address });
    }

    async import_users(text, connectionId) {
        return this.jobs.usersImports.create({
            users: new Blob([text]),
            connection_id: connectionId,
            upsert: true,
            external_id: "wave-3",
        });
    }

    async export_users(body) {
        return this.jobs.usersExports.create(body);
    }

    async job(jobId) {
        return this.jobs.get(jobId);
    }

    async create_role(body) {
        return this.roles.create(body);
    }

    async role(roleId) {
        return this.roles.get(roleId);
    }

    async roles_named(text) {
        return all(this.roles.list({ name_filter: text }));
    }

    async patch_role(roleId, body) {
        return this.roles.update(roleId, body);
    }

    async delete_role(roleId) {
        return this.roles.delete(roleId);
    }

    async give_roles(userId, roleIds) {
        return this.users.roles.assign(userId, { roles: roleIds });
    }

    async take_roles(userId, roleIds) {
        return this.users.roles.delete(userId, { roles: roleIds });
    }

    async methods_of(userId) {
        return all(this.users.authenticationMethods.list(userId));
    }

    async remove_methods(userId) {
        return this.users.authenticationMethods.deleteAll(userId);
    }

    async remove_method(userId, methodId) {
        return this.users.authenticationMethods.delete(userId, methodId);
    }

    async sessions_of(userId) {
        return all(this.users.sessions.list(userId));
    }

    async end_sessions(userId) {
        return this.users.sessions.delete(userId);
    }

    async refresh_tokens_of(userId) {
        return all(this.users.refreshToken.list(userId));
    }

    async end_refresh_tokens(userId) {
        return this.users.refreshToken.delete(userId);
    }

    async roles_of(userId) {
        return all(this.users.roles.list(userId));
    }

    async give_role_to(roleId, userIds) {
        return this.roles.users.assign(roleId, { users: userIds });
    }

    async members(roleId, size) {
        const users = await all(this.roles.users.list(roleId, { take: size }));
        return users.map((user) => user.user_id);
    }

    async logs_of(userId, size) {
        return all(this.users.logs.list(userId, { per_page: size }));
    }

    async logs_like(text) {
        return all(this.logs.list({ search: text }));
    }

    async log(logId) {
        return this.logs.get(logId);
    }
}

async function all(pages) {
    const found = [];
    for await (const item of await pages) found.push(item);
    return found;
}
