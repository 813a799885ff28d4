import { AuthenticationClient, ManagementClient } from "auth0-6";

import { answerCalls } from "./answering.mjs";
import { Program } from "./program.mjs";

class Program6 extends Program {
    constructor(client) {
        super(client, ManagementClient);
    }

    async token() {
        const authentication = new AuthenticationClient(this.credentials);
        return (await authentication.oauth.clientCredentialsGrant({ audience: this.audience })).data;
    }
}

await answerCalls(Program6);
