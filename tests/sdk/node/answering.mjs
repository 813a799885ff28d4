// Calls come as lines of JSON; so do the answers.
import { createInterface } from "node:readline";
import { inspect } from "node:util";

export async function answerCalls(Program) {
    const programs = new Map();
    const of = (client) => {
        const key = JSON.stringify(client);
        if (!programs.has(key)) programs.set(key, new Program(client));
        return programs.get(key);
    };
    for await (const line of createInterface({ input: process.stdin })) {
        const { client, call, arguments: given } = JSON.parse(line);
        const said = await of(client)[call](...given).then(
            (value) => ({ value: value ?? null }),
            (error) => ({ error: facts(error) }),
        );
        process.stdout.write(JSON.stringify(said) + "\n");
    }
}

// The management part keeps the body, the token part of version 6 takes it apart.
function facts(error) {
    return {
        kind: error.constructor.name,
        status: error.statusCode ?? null,
        code: error.body?.errorCode ?? error.body?.error ?? error.error ?? null,
        message: error.body?.message ?? error.body?.error_description ?? error.error_description ?? null,
        trace: inspect(error),
    };
}
