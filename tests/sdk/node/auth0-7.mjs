import { ManagementClient, TokenProvider } from "auth0-7/management";

import { answerCalls } from "./answering.mjs";
import { Program } from "./program.mjs";

class Program7 extends Program {
    constructor(client) {
        super(client, ManagementClient);
    }

    async token() {
        const provider = new TokenProvider({ ...this.credentials, audience: this.audience });
        return { access_token: await provider.getAccessToken() };
    }
}

await answerCalls(Program7);
