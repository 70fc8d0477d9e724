// A partner's program over a client that was made from the OpenAPI file (schema.d.ts beside it). It posts signed
// records, reads back what became of them, and holds every answer, refusals too, to what the file says of it.
//   node client.js BASE_URL CREDENTIAL OTHER_CREDENTIAL CA     credentials: a path without .pem and .key
import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import createClient from "openapi-fetch";
// @ts-ignore: plain JavaScript
import { OpenApiDocument } from "./openapi_document.mjs";
import type { components, paths } from "./schema.js";

const [baseUrl, hotlinePath, centrePath, caPath] = process.argv.slice(2);
type Path = keyof paths;
type RecordBody = components["schemas"]["record"];

class Partner {
    readonly key: string;
    readonly certificate: string;
    readonly client;

    constructor(credential: string) {
        this.key = readFileSync(`${credential}.key`, "utf8");
        this.certificate = readFileSync(`${credential}.pem`, "utf8");
        this.client = createClient<paths>({ baseUrl, fetch: (request) => this.send(request) });
    }

    /** fetch() can't present a client certificate everywhere; https can. */
    private async send(request: Request): Promise<Response> {
        const body = Buffer.from(await request.arrayBuffer());
        return new Promise((resolve, reject) => {
            const sent = https.request(request.url, {
                method: request.method,
                headers: Object.fromEntries(request.headers),
                cert: this.certificate, key: this.key, ca: readFileSync(caPath),
            }, (answer) => {
                const parts: Buffer[] = [];
                answer.on("data", (part) => parts.push(part));
                answer.on("end", () => resolve(new Response(Buffer.concat(parts), {
                    status: answer.statusCode, headers: answer.headers as Record<string, string>,
                })));
            });
            sent.on("error", reject);
            sent.end(body);
        });
    }

    /** The header parameters that POST /v1/records asks for. */
    signed(body: string) {
        const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
        const keyid = new X509Certificate(this.certificate).fingerprint256.replaceAll(":", "").toLowerCase();
        const input = `("@method" "@target-uri" "content-type" "content-digest")` +
            `;created=${Math.floor(Date.now() / 1000)};keyid="${keyid}";alg="ecdsa-p256-sha256";tag="yht"`;
        const base = `"@method": POST\n"@target-uri": ${baseUrl}/v1/records\n"content-type": application/json\n` +
            `"content-digest": ${digest}\n"@signature-params": ${input}`;
        const signature = sign("sha256", Buffer.from(base),
            { key: createPrivateKey(this.key), dsaEncoding: "ieee-p1363" });
        return {
            "Content-Digest": digest,
            "Signature-Input": `sig=${input}`,
            Signature: `sig=:${signature.toString("base64")}:`,
        };
    }

    async submit(records: RecordBody | RecordBody[], spoil = false) {
        const body = JSON.stringify(records);
        const header = this.signed(spoil ? body + " " : body);
        return held("/v1/records", "post", await this.client.POST("/v1/records", {
            params: { header }, body: records, bodySerializer: () => body,
            headers: { "Content-Type": "application/json" }, parseAs: "text",
        }));
    }

    /** GET through the generated client; `T` is what the file says the answer is. */
    async read<T>(path: Path, parameters: object = {}): Promise<{ status: number; value: T }> {
        // One call for every path: the types of single calls are checked below.
        const get = this.client.GET as (path: Path, options: object) => Promise<Raw>;
        const { status, text } = await held(path, "get", await get(path, { params: parameters, parseAs: "text" }));
        return { status, value: (text.startsWith("{") ? JSON.parse(text) : text) as T };
    }
}

type Raw = { data?: unknown; error?: unknown; response: Response };
let answers = 0;
let document: OpenApiDocument;

async function held(path: Path, method: string, raw: Raw): Promise<{ status: number; text: string }> {
    const text = typeof raw.data === "string" ? raw.data : asText(raw.error);
    const type = raw.response.headers.get("content-type") ?? "";
    const wrong = document.errorsOfAnswer(path, method, raw.response.status, type, text);
    assert.equal(wrong, "", `${method} ${path} ${raw.response.status}: ${wrong}\n${text}`);
    answers += 1;
    return { status: raw.response.status, text };
}

function asText(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

type Accepted = components["schemas"]["Accepted"];
type Ticket = components["schemas"]["Ticket"];
type Changes = components["schemas"]["Changes"];
type Problem = components["schemas"]["Problem"];

const appeal: components["schemas"]["appeal"] = {
    kind: "appeal", source: "zz-12315", record_ref: "A-1", ticket_ref: "A-1", version: 1,
    event_time: "2019-10-15T08:30:00+08:00", channel: "03", appeal_type: "1", category_path: ["供热"],
    title: "室温怎样算不达标", content: "请问室温低于多少度算不达标?", appeal_time: "2019-10-15T08:30:00+08:00",
    handling_way: "0", is_anonymous: true, is_secret: false, area_code: "430200", urgency: "3",
};

const hotline = new Partner(hotlinePath);
const centre = new Partner(centrePath);

// The file comes from the gateway itself.
const served = await hotline.client.GET("/v1/openapi.yaml", { parseAs: "text" });
document = new OpenApiDocument(served.data as string);

// Post, and read the ticket back.
const created = await hotline.submit(appeal);
assert.equal(created.status, 201);
const accepted = JSON.parse(created.text) as Accepted;
assert.equal(accepted.verdict, "created");
const typed = await hotline.client.GET("/v1/tickets/{ticket_no}", {
    params: { path: { ticket_no: accepted.ticket_no } },
});
assert.equal(typed.data?.records[0]?.record.record_ref, "A-1");
assert.equal(typed.data?.state.final, false);

// Every path that reads, every verdict, the usual refusals.
const ticketPath = { path: { ticket_no: accepted.ticket_no } };
const again = await hotline.submit(appeal);
assert.equal(again.status, 200);
assert.deepEqual(JSON.parse(again.text).receipt, accepted.receipt);
const conflict = await hotline.submit({ ...appeal, title: "另一个标题" });
assert.equal(conflict.status, 409);
assert.equal((JSON.parse(conflict.text) as Problem).errors?.[0]?.pointer, "/title");
assert.equal((await hotline.submit({ ...appeal, record_ref: "A-2", title: "长".repeat(201) })).status, 422);
assert.equal((await hotline.submit(appeal, true)).status, 401);
assert.equal((await hotline.submit({ ...appeal, source: "zz-12345" })).status, 403);
const stale = { ...appeal, version: 0 };
const items = JSON.parse((await hotline.submit([appeal, stale, { ...appeal, title: "又一个" }])).text).items;
assert.deepEqual(items.map((item: { status: number }) => item.status), [200, 201, 409]);
const joined = await centre.submit({
    kind: "assignment", source: "zz-12345", record_ref: "PD-1", ticket_no: accepted.ticket_no,
    event_time: "2019-10-15T09:00:00+08:00", org_code: "430200-RL", org_name: "市热力公司", org_role: "1",
    org_level: "2",
});
assert.equal(joined.status, 201, joined.text);

const ticket = (await hotline.read<Ticket>("/v1/tickets/{ticket_no}", ticketPath)).value;
assert.equal(ticket.assignments.length, 1);
assert.equal(ticket.aliases.some((alias) => alias.party === "zz-12315" && alias.number === "A-1"), true);
const found = await hotline.read<Ticket>("/v1/tickets", { query: { source: "zz-12315", ticket_ref: "A-1" } });
assert.equal(found.value.ticket_no, accepted.ticket_no);
assert.equal((await hotline.read("/v1/tickets", { query: { source: "zz-12315", ticket_ref: "none" } })).status, 404);
assert.equal((await hotline.read("/v1/tickets", { query: {} })).status, 400);
const changes = (await hotline.read<Changes>("/v1/changes", { query: { after: "0", limit: 500, wait: 25 } })).value;
assert.deepEqual(changes.items.map((item) => item.record.record_ref), ["PD-1"]);
const nothing = (await hotline.read<Changes>("/v1/changes", { query: { after: changes.next } })).value;
assert.deepEqual(nothing, { items: [], next: changes.next });
assert.equal((await hotline.read("/v1/changes", { query: { wait: 26 } })).status, 400);
const receipt = await hotline.read("/v1/receipts/{seq}", { path: { seq: accepted.seq } });
assert.deepEqual(receipt.value, accepted.receipt);
assert.equal((await hotline.read("/v1/receipts/{seq}", { path: { seq: "999999" } })).status, 404);
assert.equal((await hotline.read("/v1/checkpoint")).status, 200);
assert.equal((await hotline.read("/v1/proof", { query: { seq: accepted.seq } })).status, 200);
assert.equal((await hotline.read("/v1/proof", { query: { first: 1 } })).status, 200);
assert.equal((await hotline.read("/v1/proof", { query: {} })).status, 400);
assert.equal((await hotline.read("/v1/codes/{list}", { path: { list: "channel" } })).status, 200);
assert.equal((await hotline.read("/v1/codes/{list}", { path: { list: "none" } })).status, 404);
for (const path of ["records.schema.json", "codes.json", "fields.md"] as const) {
    assert.equal((await hotline.read(`/v1/schema/${path}`)).status, 200);
}

// What the types refuse: an "expected error" that does not come stops the compiler.
export function neverCalled() {
    // @ts-expect-error: no such path
    void hotline.client.GET("/v1/nothing");
    // @ts-expect-error: a path parameter is missing
    void hotline.client.GET("/v1/tickets/{ticket_no}", {});
    // @ts-expect-error: a required field is missing
    const withoutSource: components["schemas"]["appeal"] = { kind: "appeal", record_ref: "1", event_time: "" };
    // @ts-expect-error: no such code
    const wrongChannel: components["schemas"]["appeal"] = { ...appeal, channel: "no such code" };
    return [withoutSource, wrongChannel];
}

console.log(`${accepted.ticket_no}: ${answers} answers as documented`);
