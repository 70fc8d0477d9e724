#!/usr/bin/env node
// The SOAP door with node-soap, from the published WSDL alone: signs Body and Timestamp, checks the signed answer.
// 用 node-soap 仅凭公布的 WSDL 调用 SOAP 接口:对 Body 与 Timestamp 签名,并验证带签名的应答。
//
//   soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE submit FILE.json …
//   soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE message SOURCE FILE CONTENT_TYPE
//   soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE upload FILE MEDIA_TYPE
//   soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE ticket TICKET_NO
//   soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE changes [AFTER]
//   soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE codes LIST
//
// CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key, RSA: node-soap signs with nothing else. The CA's
// root.pem stands beside it. GATEWAY_CERTIFICATE: the one that the gateway signs SOAP answers with, RSA too.
// Prints the answer as JSON. Exit code: 0 taken, 1 a Fault (its Problem is printed), 69 no trustworthy answer.
// Needs: Node 18, npm's soap, xml-crypto and @xmldom/xmldom.
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { dirname, join } from "node:path";
import { DOMParser } from "@xmldom/xmldom";
import soap from "soap";
import { SignedXml } from "xml-crypto";

const SIGNATURE = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";
const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const XOP = "http://www.w3.org/2004/08/xop/include";
const TIMEOUT_MS = 30000;

class NoTrustworthyAnswer extends Error {}

// One exchange: node-soap's signer keeps what it signed last, so that each call has its own.
function security(credential) {
    return new soap.WSSecurityCert(readFileSync(`${credential}.key`), readFileSync(`${credential}.pem`), "", {
        signatureAlgorithm: RSA_SHA256,
        signatureTransformations: [EXCLUSIVE_C14N],
    });
}

// The Body of the answer was signed, with the certificate that we know.
function checkAnswer(text, gatewayCertificate) {
    const document = new DOMParser().parseFromString(text, "text/xml");
    const [signature, ...more] = Array.from(document.getElementsByTagNameNS(SIGNATURE, "Signature"));
    const bodies = Array.from(document.getElementsByTagNameNS(ENVELOPE, "Body"));
    if (!signature || more.length > 0 || bodies.length !== 1) throw new NoTrustworthyAnswer("not signed");
    const known = new X509Certificate(readFileSync(gatewayCertificate)).publicKey.export({ type: "spki", format: "pem" });
    const check = new SignedXml({ publicCert: known, getCertFromKeyInfo: () => null, idMode: "wssecurity" });
    check.loadSignature(signature);
    if (!check.checkSignature(text)) throw new NoTrustworthyAnswer("signature does not verify");
    const signedRoots = check.getSignedReferences().map((text) => new DOMParser().parseFromString(text, "text/xml").documentElement);
    const isBody = (root) => root.namespaceURI === ENVELOPE && root.localName === "Body";
    if (!signedRoots.some(isBody)) throw new NoTrustworthyAnswer("Body is not signed");
}

// The JSON record as the WSDL has it: named by its kind; an extension block is a list of entries.
function asXml(record) {
    const { kind, ext, ...fields } = record;
    if (ext) fields.ext = { entry: Object.entries(ext).map(([name, text]) => ({ attributes: { name }, $value: text })) };
    return { [kind]: fields };
}

// Operation, its arguments, and the MIME parts beside the envelope.
function callOf(what, words) {
    if (what === "submit") {
        const records = words.flatMap((name) => JSON.parse(readFileSync(name, "utf8")));
        return ["SubmitRecord", { record: records.map(asXml) }];
    }
    if (what === "message") {
        return ["SubmitMessage", { source: words[0], content_type: words[2], content: readFileSync(words[1]).toString("base64") }];
    }
    if (what === "upload") {
        const content = readFileSync(words[0]);
        const contentId = "content@example";
        const include = `<xop:Include xmlns:xop="${XOP}" href="cid:${encodeURIComponent(contentId)}"/>`;
        const sha256 = createHash("sha256").update(content).digest("hex");
        const part = { mimetype: words[1], contentId, name: "content", body: content };
        return ["UploadAttachment", { sha256, size_bytes: content.length, media_type: words[1], content: { $xml: include } }, [part]];
    }
    if (what === "ticket") return ["GetTicket", { ticket_no: words[0] }];
    if (what === "changes") return ["GetChanges", words.length > 0 ? { after: words[0] } : {}];
    if (what === "codes") return ["GetCodes", { list: words[0] }];
    return null;
}

async function main() {
    const [credential, url, gatewayCertificate, what, ...words] = process.argv.slice(2);
    const call = callOf(what, words);
    if (!call) {
        console.error("soap_client.mjs CREDENTIAL URL GATEWAY_CERTIFICATE submit|message|upload|ticket|changes|codes …");
        return 64;
    }
    const httpsAgent = new Agent({
        ca: readFileSync(join(dirname(credential), "root.pem")),
        cert: readFileSync(`${credential}.pem`),
        key: readFileSync(`${credential}.key`),
    });
    try {
        const client = await soap.createClientAsync(`${url}?wsdl`, { wsdl_options: { httpsAgent, timeout: TIMEOUT_MS }, endpoint: url });
        client.setSecurity(security(credential));
        const [operation, request, attachments] = call;
        try {
            const [answer, text] = await client[`${operation}Async`](request, { httpsAgent, timeout: TIMEOUT_MS, attachments });
            checkAnswer(text, gatewayCertificate);
            console.log(JSON.stringify(answer));
            return 0;
        } catch (error) {
            const problem = error.root?.Envelope?.Body?.Fault?.detail?.Problem;
            if (!problem) throw error;
            checkAnswer(error.body ?? error.response?.data, gatewayCertificate);
            console.log(JSON.stringify(problem));
            return 1;
        }
    } catch (error) {
        console.error(`no trustworthy answer 没有可信的应答: ${error.message}`);
        return 69;
    }
}

process.exitCode = await main();
