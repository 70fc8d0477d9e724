// The payload of a message entry: the bytes as received, and the proof of who sent them, so that an
// auditor can check the signature again years later with nothing but the certificate that `keyid`
// names.
//   payload = version(1) part part part part part
//   part    = length(4, big-endian) octet*length
//   parts   : body, signature base (RFC 9421 section 2.5), signature, keyid, algorithm (RFC 9421
//             name)
//   version : 0x01
// Valid when 1. the version is known, 2. all five parts are there, 3. nothing follows the last.
// Example, body "{}", base "b", signature 0xFF, keyid "k", algorithm "ed25519":
//   01 00000002 7b7d 00000001 62 00000001 ff 00000001 6b 00000007 65643235353139
// The check: SHA-256 of the body stands in the base's "content-digest" line; the key verifies base
// and signature.
// Uses: base. Used by: admission, auditors' tools.
#pragma once

#include <string>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::intake {

inline constexpr std::uint8_t kMessagePayloadVersion = 1;

struct MessagePayload {
    std::string body;
    std::string signature_base;
    base::Bytes signature;
    std::string keyid;
    std::string algorithm;
    bool operator==(const MessagePayload&) const = default;
};

/// Requires: every part below 4 GiB; bodies are bounded at the door.
base::Bytes encodeMessagePayload(const MessagePayload& message);
/// Errors: LedgerCorrupt on any byte that encodeMessagePayload would not have written.
base::Result<MessagePayload> decodeMessagePayload(base::BytesView payload);

}  // namespace yht::intake
