// A partner's program over a client that was made from the OpenAPI file (schema.d.ts beside it). It posts signed
// records, messages of a source and attachments, reads back what became of them, and holds every answer, refusals too, to
// what the file says of it. At its end every answer that the file has must have come, but for those that it names.
//   node client.js BASE_URL CREDENTIAL OTHER_CREDENTIAL STRANGER CA SOURCE SETTLED QUARANTINED
// Credentials: a path without .pem and .key; the stranger's is no partner's. SETTLED, QUARANTINED: messages of SOURCE, CSV.
import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import createClient from "openapi-fetch";
// @ts-ignore: plain JavaScript
import { OpenApiDocument } from "./openapi_document.mjs";
import type { components, paths } from "./schema.js";

const [baseUrl, hotlinePath, centrePath, strangerPath, caPath, source, ...messagePaths] = process.argv.slice(2);
type Path = keyof paths;
type Method = "get" | "post";
type Headers = Record<string, string>;
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
                answer.on("end", () => resolve(new Response(answer.statusCode === 304 ? null : Buffer.concat(parts), {
                    status: answer.statusCode, headers: answer.headers as Headers,
                })));
            });
            sent.on("error", reject);
            sent.end(body);
        });
    }

    /** The header parameters that a signed route asks for. */
    signed(body: string | Buffer, target = "/v1/records", type = "application/json") {
        const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
        const keyid = new X509Certificate(this.certificate).fingerprint256.replaceAll(":", "").toLowerCase();
        const input = `("@method" "@target-uri" "content-type" "content-digest")` +
            `;created=${Math.floor(Date.now() / 1000)};keyid="${keyid}";alg="ecdsa-p256-sha256";tag="yht"`;
        const base = `"@method": POST\n"@target-uri": ${baseUrl}${target}\n"content-type": ${type}\n` +
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
        return this.submitText(body, this.signed(spoil ? body + " " : body), "application/json");
    }

    async submitText(body: string, header: ReturnType<Partner["signed"]>, type: string) {
        return held("/v1/records", "post", await this.client.POST("/v1/records", {
            params: { header }, body: [], bodySerializer: () => body, headers: { "Content-Type": type }, parseAs: "text",
        }));
    }

    async message(body: Buffer, key?: string, at = source, type = "text/csv") {
        const path = "/v1/sources/{source}/messages";
        const header: paths[typeof path]["post"]["parameters"]["header"] = this.signed(body, path.replace("{source}", at), type);
        if (key !== undefined) header["Idempotency-Key"] = key;
        return held(path, "post", await this.client.POST(path, {
            params: { path: { source: at }, header },
            body: "", bodySerializer: () => body, headers: { "Content-Type": type }, parseAs: "text",
        }));
    }

    async upload(body: Buffer, type: string, signed_body = body) {
        return held("/v1/attachments", "post", await this.client.POST("/v1/attachments", {
            params: { header: this.signed(signed_body, "/v1/attachments", type) },
            body: "", bodySerializer: () => body, headers: { "Content-Type": type }, parseAs: "text",
        }));
    }

    async download(digest: string, header: paths["/v1/attachments/{digest}"]["get"]["parameters"]["header"] = {}) {
        const path = "/v1/attachments/{digest}";
        return held(path, "get", await this.client.GET(path, { params: { path: { digest }, header }, parseAs: "arrayBuffer" }));
    }

    /** GET through the generated client, signed where that can be asked for; `T` is what the file says the answer is. */
    async read<T>(path: Path, parameters: object = {}): Promise<{ status: number; value: T }> {
        // One call for every path: the types of single calls are checked below.
        const get = this.client.GET as (path: Path, options: object) => Promise<Raw>;
        const header = document.parameters(path, "get", "header").includes("Accept-Signature") ? { "Accept-Signature": "sig=()" } : {};
        const { status, text } = await held(path, "get", await get(path, { params: { header, ...parameters }, parseAs: "text" }));
        return { status, value: (text.startsWith("{") ? JSON.parse(text) : text) as T };
    }
}

type Raw = { data?: unknown; error?: unknown; response: Response };
type Held = { status: number; text: string; bytes: Buffer };
const seen = new Set<string>();
let answers = 0;
let document: OpenApiDocument;

async function held(path: Path, method: Method, raw: Raw): Promise<Held> {
    const bytes = raw.data instanceof ArrayBuffer ? Buffer.from(raw.data) : Buffer.from(asText(raw.data ?? raw.error ?? ""));
    const { status, headers } = raw.response;
    const text = bytes.toString();
    const wrong = document.errorsOfAnswer(path, method, status, headers, text);
    assert.equal(wrong, "", `${method} ${path} ${status}: ${wrong}\n${text}`);
    seen.add(`${method} ${path} ${status}`);
    answers += 1;
    return { status, text, bytes };
}

function asText(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

/** The problem document of a refusal with that status and code. */
function refused(answer: Held, status: number, code: string): Problem {
    const problem = JSON.parse(answer.text) as Problem;
    assert.deepEqual([answer.status, problem.code], [status, code], answer.text);
    return problem;
}

type Accepted = components["schemas"]["Accepted"];
type KeptAttachment = components["schemas"]["KeptAttachment"];
type SourceAnswer = components["schemas"]["SourceAnswer"];
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
const stranger = new Partner(strangerPath);

// The file comes from the gateway itself.
const served = await hotline.client.GET("/v1/openapi.yaml", { parseAs: "text" });
document = new OpenApiDocument(served.data as string);
await held("/v1/openapi.yaml", "get", served);

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
assert.equal((await hotline.read("/v1/tickets/{ticket_no}", { path: { ticket_no: "430200-20190418-0000123-7" } })).status, 404);
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

// What of a record is refused before it is looked at.
const notJson = "[";
refused(await hotline.submitText(notJson, hotline.signed(notJson), "application/json"), 400, "request.json_malformed");
const plainText = await hotline.submitText("{}", hotline.signed("{}", "/v1/records", "text/plain"), "text/plain");
refused(plainText, 415, "request.media_type_unsupported");

// A message in the source's own format: settled, with items in quarantine, the same again, another under the same key.
const [settled, quarantined] = messagePaths.map((path) => readFileSync(path));
const waits = await hotline.message(quarantined);
assert.equal(waits.status, 202, waits.text);
assert.ok((JSON.parse(waits.text) as SourceAnswer).account.quarantined > 0);
const first = await hotline.message(settled, '"8e03978e-40d5"');
assert.equal(first.status, 200, first.text);
const { account, message_seq } = JSON.parse(first.text) as SourceAnswer;
assert.equal(account.received, account.accepted + account.duplicate + account.quarantined + account.refused + account.ignored);
assert.deepEqual(JSON.parse((await hotline.message(settled, '"8e03978e-40d5"')).text), JSON.parse(first.text));
assert.equal((JSON.parse((await hotline.message(settled)).text) as SourceAnswer).message_seq, undefined, `once: ${message_seq}`);
refused(await hotline.message(quarantined, '"8e03978e-40d5"'), 422, "request.idempotency_key_reused");
refused(await hotline.message(settled, '"' + "k".repeat(129) + '"'), 400, "request.malformed");
refused(await hotline.message(settled, undefined, source, "image/png"), 415, "request.media_type_unsupported");
refused(await hotline.message(settled, undefined, "zz-12315"), 404, "adapter.source_unknown");
refused(await hotline.message(settled, undefined, "zz-12345"), 403, "speaker.source_not_own");
const elsewhere = hotline.signed(settled, "/v1/records", "text/csv");
refused(await held("/v1/sources/{source}/messages", "post", await hotline.client.POST("/v1/sources/{source}/messages", {
    params: { path: { source }, header: elsewhere }, body: "", bodySerializer: () => settled,
    headers: { "Content-Type": "text/csv" }, parseAs: "text",
})), 401, "signature.invalid");

// An attachment, as bytes that are no text: up, down, a part of it, none of it.
const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.from([...Array(3000).keys()].map((each) => each % 256))]);
const uploaded = await hotline.upload(png, "image/png");
assert.equal(uploaded.status, 201, uploaded.text);
const kept = JSON.parse(uploaded.text) as KeptAttachment;
assert.deepEqual(kept, { digest: createHash("sha256").update(png).digest("hex"), size_bytes: String(png.length), media_type: "image/png" });
assert.equal((await hotline.upload(png, "application/octet-stream")).status, 200);
refused(await hotline.upload(png, "application/pdf"), 415, "attachment.type_differs");
const program = Buffer.from("\x7fELF\x02\x01\x01" + "\0".repeat(60), "latin1");
refused(await hotline.upload(program, "application/octet-stream"), 415, "attachment.type_refused");
refused(await hotline.upload(png, "image/png", Buffer.from("another")), 401, "signature.digest_mismatch");
const whole = await hotline.download(kept.digest);
assert.equal(whole.status, 200);
assert.ok(whole.bytes.equals(png));
const etag = `"${kept.digest}"`;
const part = await hotline.download(kept.digest, { Range: "bytes=5-14", "If-Range": etag });
assert.equal(part.status, 206);
assert.ok(part.bytes.equals(png.subarray(5, 15)));
assert.equal((await hotline.download(kept.digest, { Range: "bytes=5-14", "If-Range": '"another"' })).status, 200);
assert.equal((await hotline.download(kept.digest, { "If-None-Match": etag })).status, 304);
refused(await hotline.download(kept.digest, { Range: `bytes=${png.length}-` }), 416, "request.range_unsatisfiable");
assert.equal((await centre.download(kept.digest)).status, 404);

// Every query parameter does something: left out where it is required, or no value where it is not, it is a 400.
type Query<P extends Path> = NonNullable<paths[P] extends { get: { parameters: { query?: infer Q } } } ? Q : never>;
const searched: Query<"/v1/tickets"> = { source: "zz-12315", ticket_ref: "A-1" };
const followed: Query<"/v1/changes"> = { after: "0", limit: 1, wait: 0 };
const included: Query<"/v1/proof"> = { seq: 1, size: 2 };
const consistent: Query<"/v1/proof"> = { first: 1, size: 2 };
const asked: [Path, object][] = [
    ["/v1/tickets", searched], ["/v1/changes", followed], ["/v1/proof", included], ["/v1/proof", consistent],
];
const spoiled = new Set<string>();
for (const [path, query] of asked) {
    assert.equal((await hotline.read(path, { query })).status, 200, path);
    for (const name of Object.keys(query)) {
        const required = document.parameters(path, "get", "query", true).includes(name);
        const answer = await hotline.read<Problem>(path, { query: { ...query, [name]: required ? undefined : "!" } });
        assert.deepEqual([answer.status, answer.value.code], [400, "request.parameter_invalid"], `${path} ${name}`);
        spoiled.add(`${path} ${name}`);
    }
}
const queries = (document.operations() as { path: Path; method: Method }[]).flatMap(({ path, method }) =>
    document.parameters(path, method, "query").map((name: string) => `${path} ${name}`));
assert.deepEqual([...spoiled].sort(), queries.sort());

// Who is no partner is told so everywhere.
for (const { path, method } of document.operations() as { path: Path; method: Method }[]) {
    const call = stranger.client[method === "get" ? "GET" : "POST"] as (path: Path, options: object) => Promise<Raw>;
    const named = Object.fromEntries([...path.matchAll(/{(\w+)}/g)].map(([, name]) => [name, "1"]));
    const body = method === "post" ? { body: "{}", bodySerializer: () => "{}" } : {};
    const answer = await held(path, method, await call(path, { params: { path: named }, ...body, parseAs: "text" }));
    refused(answer, 403, "speaker.certificate_unknown");
}

// Not brought about here: what wants a flood, a full disk, an empty ledger, a malware check or a request that no type lets through.
// tests/unit/gateway has those of them that can be.
const wantsMore = (name: string) => /(411|413|429|503|default)$/.test(name);
const notHere = ["get /v1/checkpoint 404", "get /v1/tickets/{ticket_no} 400", "post /v1/attachments 400", "post /v1/attachments 422"];
const missing = document.answers().filter((name: string) => !seen.has(name) && !wantsMore(name));
assert.deepEqual(missing.sort(), notHere);

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
