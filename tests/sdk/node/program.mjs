// What a developer writes with npm's auth0, where versions 6 and 7 are alike: all but the token.
export class Program {
    constructor({ domain, token, client_id: clientId, client_secret: clientSecret }, ManagementClient) {
        this.credentials = { domain, clientId, clientSecret };
        this.audience = `https://${domain}/api/v2/`;
        this.management = new ManagementClient(token ? { domain, token } : this.credentials);
        this.users = this.management.users;
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
        const found = [];
        for await (const user of await this.users.list({ per_page: size })) found.push(user.user_id);
        return found;
    }

    async by_email(address) {
        return this.users.listUsersByEmail({ email: address });
    }
}
