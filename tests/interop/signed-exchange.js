// One signed exchange with the gateway, in which every signature of ours is judged, and every signature to us is made,
// by the npm package http-message-signatures; TLS and digests are node's own.
//   node signed-exchange.js REQUEST.json        prints the outcome as JSON
// REQUEST: {method, url, body?, credential, ca, peer, accept?, spoil?, spoil_answer?}
//   credential  path without ending of our certificate and key; peer: the gateway's signing certificate
//   accept      true: ask for a signed answer
//   spoil       what an attacker does to the request between signing and sending: body, digest, type, target, signature
//   spoil_answer  what an attacker does to the answer before we check it: status, body, digest, request
// OUTCOME: {status, body, signed, verified, digest_fits, input, tag}
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const https = require('https');
const { httpbis, createSigner, createVerifier } = require('http-message-signatures');

const kAlgorithm = 'ecdsa-p256-sha256';

const fingerprint = (pem) => crypto.createHash('sha256').update(new crypto.X509Certificate(pem).raw).digest('hex');
const contentDigest = (body) => `sha-256=:${crypto.createHash('sha256').update(body).digest('base64')}:`;

async function signed(asked) {
  const message = { method: asked.method, url: asked.url, headers: {} };
  if (asked.accept) {
    message.headers['Accept-Signature'] = 'sig=("@status" "content-type" "content-digest");created;keyid;tag="yht"';
  }
  if (asked.body === undefined) return message;
  message.headers['Content-Type'] = 'application/json';
  message.headers['Content-Digest'] = contentDigest(asked.body);
  const certificate = fs.readFileSync(`${asked.credential}.pem`);
  return httpbis.signMessage({
    key: { ...createSigner(fs.readFileSync(`${asked.credential}.key`), kAlgorithm), id: fingerprint(certificate) },
    fields: ['@method', '@target-uri', 'content-type', 'content-digest'],
    params: ['created', 'keyid', 'alg', 'tag'],
    paramValues: { tag: 'yht' },
  }, message);
}

function spoil(message, asked) {
  if (asked.spoil === 'body') asked.body = asked.body.replace('A-1', 'A-2');
  if (asked.spoil === 'digest') message.headers['Content-Digest'] = contentDigest(asked.body = asked.body.replace('A-1', 'A-2'));
  if (asked.spoil === 'type') message.headers['Content-Type'] = 'application/json;charset=utf-8';
  if (asked.spoil === 'target') asked.url += '?x=1';
  if (asked.spoil === 'signature') message.headers.Signature = message.headers.Signature.replace(/:[^:]{4}/, ':AAAA');
}

function send(message, asked) {
  return new Promise((resolve, reject) => {
    const request = https.request(asked.url, {
      method: asked.method, headers: message.headers, ca: fs.readFileSync(asked.ca),
      cert: fs.readFileSync(`${asked.credential}.pem`), key: fs.readFileSync(`${asked.credential}.key`),
      timeout: 60000,
    }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.end(asked.body);
  });
}

async function checkAnswer(answer, message, asked) {
  const peer = fs.readFileSync(asked.peer);
  if (asked.spoil_answer === 'status') answer.status += 1;
  if (asked.spoil_answer === 'body') answer.body = Buffer.concat([answer.body, Buffer.from(' ')]);
  if (asked.spoil_answer === 'digest') answer.headers['content-digest'] = contentDigest('another body');
  if (asked.spoil_answer === 'request') message.url = message.url.replace('/v1/', '/v2/');
  let parameters = {};
  const verify = createVerifier(crypto.createPublicKey(peer), kAlgorithm);
  const verified = await httpbis.verifyMessage({
    keyLookup: async (found) => {
      parameters = found;
      return found.keyid === fingerprint(peer) ? { id: found.keyid, algs: [kAlgorithm], verify } : null;
    },
    requiredParams: ['created', 'keyid', 'tag'],
    requiredFields: ['@status', 'content-digest', '@method', '@target-uri'],
    tolerance: 60,
  }, { status: answer.status, headers: answer.headers }, message);
  return {
    signed: answer.headers.signature !== undefined,
    verified,  // null where the answer carries no signature
    digest_fits: answer.headers['content-digest'] === contentDigest(answer.body),
    input: answer.headers['signature-input'] || '',
    tag: parameters.tag || '',
  };
}

async function main() {
  const asked = JSON.parse(fs.readFileSync(process.argv[2]));
  const message = await signed(asked);
  spoil(message, asked);
  const answer = await send(message, asked);
  const checked = await checkAnswer(answer, message, asked);
  console.log(JSON.stringify({ status: answer.status, body: answer.body.toString(), ...checked }));
}

main().catch((error) => { console.error(error); process.exit(1); });
