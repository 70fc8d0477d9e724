// What an auditor can check of a message entry with nothing but its payload and the sender's
// certificate: the body is the one whose digest was signed, and the signature was made with the
// certificate's key.
//   payload = 0x01 part*5 | 0x03 part*5 0x00000000 part*3     part = length(4, big-endian) octet*length
//   parts   : body, signature base (RFC 9421 section 2.5), signature, keyid, algorithm (RFC 9421); behind the empty part
//             (no slice of the body was taken out) what came beside the bytes, a copy that is not signed: content type, file
//             name, origin
// SOAP (the base begins with "<"): the base is canonical SignedInfo, which names the SHA-256 of the body; or SignedInfo
// and the canonical Body behind it, which holds the body in base64 and whose SHA-256 SignedInfo names.
// A second reader of that grammar on purpose: the one in intake/admission belongs to the program
// under audit. A test holds both to the same octets.
// Uses: base, crypto. Used by: evidence_payload, app (export).
#pragma once

#include <string>

#include "gateway/base/result.h"
#include "gateway/crypto/certificate.h"

namespace yht::ledger {

struct MessageEvidence {
    std::string body;
    std::string signature_base;
    base::Bytes signature;
    std::string keyid;
    std::string algorithm;
};

/// nullopt where the payload is of another form: messages that came by another way carry no
/// signature.
std::optional<MessageEvidence> readMessageEvidence(base::BytesView payload);

/// The digests that the base's "content-digest" line names (RFC 9530: sha-256, sha-512) against the
/// body, and the keyid of its last line against `message.keyid`; of SOAP, the digest in SignedInfo. Errors: DigestMissing,
/// DigestMismatch, SignatureMalformed.
base::Status checkSignedBody(const MessageEvidence& message);

/// Requires: certificate.fingerprint() == message.keyid. Errors: SignatureInvalid,
/// SignatureAlgorithm, CryptoFailed.
base::Status checkSignature(const MessageEvidence& message, const crypto::Certificate& certificate);

}  // namespace yht::ledger
