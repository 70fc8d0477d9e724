// SM2 by somebody else: the npm package sm-crypto signs and verifies with keys and certificates that openssl made.
//   node sm2.js sign KEY.pem CERTIFICATE.pem TEXT SIGNATURE     writes r ‖ s, 64 octets
//   node sm2.js verify CERTIFICATE.pem TEXT SIGNATURE           prints true or false
//   node sm2.js encrypt CERTIFICATE.pem TEXT SEALED             writes SM2Cipher in DER (GM/T 0009 section 7.2)
//   node sm2.js sm3 TEXT                                        prints the digest
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const { sm2, sm3 } = require('sm-crypto');

const kUserId = '1234567812345678';

/// The uncompressed point of an SM2 SubjectPublicKeyInfo, hex.
function publicKeyOf(file) {
  const der = new crypto.X509Certificate(fs.readFileSync(file)).raw.toString('hex');
  // id-ecPublicKey, the curve's OID, then a BIT STRING of 66 octets.
  const mark = '06072a8648ce3d020106082a811ccf5501822d034200';
  const at = der.indexOf(mark);
  if (at < 0) throw new Error('no SM2 key');
  return der.substr(at + mark.length, 130);
}

/// The scalar of a PKCS#8 SM2 key, hex.
function privateKeyOf(file) {
  const pem = fs.readFileSync(file, 'utf8').replace(/-----[^-]+-----|\s/g, '');
  const der = Buffer.from(pem, 'base64').toString('hex');
  const at = der.indexOf('0201010420');
  if (at < 0) throw new Error('no SM2 key');
  return der.substr(at + 10, 64);
}

const derOf = (tag, hex) => {
  const octets = hex.length / 2;
  const length = octets < 128 ? octets.toString(16).padStart(2, '0') : '81' + octets.toString(16).padStart(2, '0');
  return tag + length + hex;
};
const integerOf = (hex) => {
  let short = hex.replace(/^(00)+/, '');
  if (parseInt(short.substr(0, 2), 16) >= 0x80) short = '00' + short;
  return derOf('02', short);
};

const [verb, ...files] = process.argv.slice(2);
const read = (file) => [...fs.readFileSync(file)];
if (verb === 'sign') {
  const publicKey = publicKeyOf(files[1]);
  const hex = sm2.doSignature(read(files[2]), privateKeyOf(files[0]), { hash: true, publicKey, userId: kUserId });
  fs.writeFileSync(files[3], Buffer.from(hex, 'hex'));
} else if (verb === 'verify') {
  const signature = fs.readFileSync(files[2]).toString('hex');
  console.log(sm2.doVerifySignature(read(files[1]), signature, publicKeyOf(files[0]), { hash: true, userId: kUserId }));
} else if (verb === 'encrypt') {
  const sealed = sm2.doEncrypt(read(files[1]), publicKeyOf(files[0]), 1);  // x ‖ y ‖ C3 ‖ C2
  const [x, y, hash, text] = [sealed.substr(0, 64), sealed.substr(64, 64), sealed.substr(128, 64), sealed.substr(192)];
  fs.writeFileSync(files[2], Buffer.from(derOf('30', integerOf(x) + integerOf(y) + derOf('04', hash) + derOf('04', text)), 'hex'));
} else if (verb === 'sm3') {
  console.log(sm3(read(files[0])));
} else {
  process.exit(64);
}
