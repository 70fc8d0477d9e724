// The payload of a message entry: the bytes as received, and the proof of who sent them, so that an
// auditor can check the signature again years later with nothing but the certificate that `keyid`
// names.
//   payload = version(1) part part part part part [part [part part part]]
//   part    = length(4, big-endian) octet*length
//   parts   : body, signature base (RFC 9421 section 2.5), signature, keyid, algorithm (RFC 9421
//             name); from version 2 on the blanks: offset(4) length(4) each, ascending, apart; in version 3 what
//             came beside the bytes: content type, file name, origin
//   version : 0x01; 0x02 where items of an erased ticket were taken out of the body before it was kept; 0x03 where
//             something came beside the bytes, with or without blanks
// Valid when 1. the version is known, 2. all its parts are there, 3. nothing follows the last, 4. version 2 has
// blanks, all within the body; or one from 0 on, of the length that came, and an empty body, 5. version 3 has
// something beside the bytes, and blanks as version 2 or none.
// What came beside the bytes is part of what an adapter makes of them (a version out of a file's name): without it an
// item that is mapped again, out of quarantine, would be another. This copy of it is not signed.
// A blank that began and ended with brackets keeps them, with spaces between; another is a space and hyphens: the
// items around it stay readable at their places. An empty body: some item was no slice that could be blanked.
// Example, body "{}", base "b", signature 0xFF, keyid "k", algorithm "ed25519":
//   01 00000002 7b7d 00000001 62 00000001 ff 00000001 6b 00000007 65643235353139
// The check: SHA-256 of the body stands in the base's "content-digest" line; the key verifies base
// and signature. In version 2 the key verifies base and signature (who spoke, when, and that it is known as a repeat),
// but the body is not what that line tells: no check of it is left, by intent. Who has the whole body can still show
// that it is the one.
// SOAP. The base begins with "<": canonical SignedInfo. The body is the Body's canonical form, and one DigestValue in
// SignedInfo is its SHA-256; or, where a message in a source's own format stood in the Body, the body is that message,
// and the canonical Body that holds it in base64 follows SignedInfo in the base. The key verifies SignedInfo alone. In
// version 2 that Body is left out.
// Uses: base. Used by: admission, auditors' tools.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/bytes.h"
#include "gateway/base/result.h"

namespace yht::intake {

inline constexpr std::uint8_t kMessagePayloadVersion = 1;
inline constexpr std::uint8_t kBlankedPayloadVersion = 2;
inline constexpr std::uint8_t kAccompaniedPayloadVersion = 3;

/// A slice of the body that is not kept.
struct Blank {
    std::uint32_t offset = 0, bytes = 0;
    auto operator<=>(const Blank&) const = default;
};

/// What came with a message beside its bytes; "" where there was none.
struct BesideBytes {
    std::string content_type;
    std::string file_name;  // without its folder
    std::string origin;     // "history", "late"
    bool operator==(const BesideBytes&) const = default;
};

struct MessagePayload {
    std::string body;
    std::string signature_base;
    base::Bytes signature;
    std::string keyid;
    std::string algorithm;
    std::vector<Blank> blanks = {};  // ascending; the body is blanked already
    BesideBytes beside = {};
    bool operator==(const MessagePayload&) const = default;
};

/// Takes a slice out, as the grammar says. Requires: it is in the body.
void blankOut(std::string& body, const Blank& blank);

/// Beside body and signature base, as a rule; and the salt with which it is sealed.
inline constexpr std::size_t kAroundBodyBytes = 1024;
/// Requires: every part below 4 GiB; bodies are bounded at the door. A body with room for the rest is copied nowhere.
base::Bytes encodeMessagePayload(MessagePayload message);
/// Errors: LedgerCorrupt on any byte that encodeMessagePayload would not have written.
base::Result<MessagePayload> decodeMessagePayload(base::BytesView payload);

}  // namespace yht::intake
