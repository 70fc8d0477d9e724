// Posts one JSON file as a signed request, and sends it again until it is answered.
// 提交一个签名的 JSON 文件;没有应答时重发,直到得到应答。
//   node post_record.mjs CREDENTIAL URL FILE [CA]
// CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key (P-256). CA: default root.pem beside it.
// Exit code: 0 taken or a duplicate, 1 refused (the problem document is printed), 69 no answer. Needs: Node.js 18.
import { createHash, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

const ATTEMPTS_MAX = 10;
const WAIT_SECONDS_MAX = 60;

function signedHeaders(certificate, key, url, body) {
    const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
    const keyid = new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
    const params = `("@method" "@target-uri" "content-type" "content-digest")` +
        `;created=${Math.floor(Date.now() / 1000)};keyid="${keyid}";alg="ecdsa-p256-sha256";tag="yht"`;
    // RFC 9421 section 2.5: no line end after the last line.
    const base = `"@method": POST\n"@target-uri": ${url}\n"content-type": application/json\n` +
        `"content-digest": ${digest}\n"@signature-params": ${params}`;
    // Section 3.3.4: r and s, 32 octets each, not DER.
    const signature = sign("sha256", Buffer.from(base), { key, dsaEncoding: "ieee-p1363" });
    return {
        "Content-Type": "application/json",
        "Content-Digest": digest,
        "Signature-Input": `sig=${params}`,
        Signature: `sig=:${signature.toString("base64")}:`,
        "Content-Length": body.length,
    };
}

/** One attempt; status 0 where nothing came back. */
function post(url, options, body) {
    return new Promise((resolve) => {
        const request = https.request(url, options, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => resolve({
                status: answer.statusCode,
                retryAfter: Number(answer.headers["retry-after"] ?? 0),
                text: Buffer.concat(parts).toString(),
            }));
        });
        request.on("timeout", () => request.destroy(new Error("timeout")));
        request.on("error", (error) => {
            console.error(error.message);
            resolve({ status: 0, retryAfter: 0, text: "" });
        });
        request.end(body);
    });
}

const [credential, url, path, caPath] = process.argv.slice(2);
if (!path) {
    console.error("node post_record.mjs CREDENTIAL URL FILE [CA]");
    process.exit(64);
}
const certificate = readFileSync(`${credential}.pem`);
const key = readFileSync(`${credential}.key`);
const ca = readFileSync(caPath ?? join(dirname(credential), "root.pem"));
const body = readFileSync(path);
// The same body each time: what was taken before the answer got lost is answered as a duplicate.
for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const headers = signedHeaders(certificate, key, url, body);
    const answer = await post(url, { method: "POST", headers, cert: certificate, key, ca, timeout: 60_000 }, body);
    if (![0, 429, 500, 503].includes(answer.status)) {
        console.log(answer.text);
        process.exit(answer.status < 300 ? 0 : 1);
    }
    await setTimeout(1000 * Math.max(answer.retryAfter, Math.min(2 ** attempt, WAIT_SECONDS_MAX)));
}
process.exit(69);
