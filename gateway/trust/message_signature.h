// RFC 9421 HTTP Message Signatures and RFC 9530 Digest Fields, in the profile of DESIGN 5:
//   components  "@method" "@target-uri" "content-type" "content-digest"  (requests with a body)
//               "@status" "content-type" "content-digest" and, with ;req, "@method" "@target-uri"  (responses)
//   parameters  created, keyid (SHA-256 of the signing certificate, lower-case hex), alg, tag="yht", optional expires, nonce
// One signature with tag "yht" per message; others are left alone.
// Uses: base, crypto. Used by: verifier, intake/http (answers), kit (deliveries), tools.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/crypto/key.h"
#include "gateway/trust/http_message.h"

namespace yht::trust {

inline constexpr const char* kSignatureTag = "yht";

/// "sha-256=:…:" (RFC 9530).
std::string contentDigest(base::BytesView body);
/// Checks every algorithm of the field that we know (sha-256, sha-512); at least one must be known.
/// Errors: DigestMissing, DigestMismatch, SignatureMalformed.
base::Status checkContentDigest(const HttpHead& head, base::BytesView body);

/// One covered component: "@method", or a field name, with its flags.
struct Component {
    std::string name;
    bool request = false;  // ;req
    bool operator==(const Component&) const = default;
};

/// The member of Signature-Input with our tag, read.
struct SignatureInput {
    std::string label;
    std::vector<Component> components;
    std::string parameters;  // the inner list and parameters exactly as serialized: last line of the base
    std::optional<std::int64_t> created_s, expires_s;
    std::string keyid, algorithm, tag, nonce;
    base::Bytes signature;
};

/// Errors: SignatureMissing, SignatureMalformed, SignatureAmbiguous.
base::Result<SignatureInput> readSignature(const HttpHead& head);

/// RFC 9421 section 2.5. `request` is needed for ;req components. Errors: SignatureMalformed naming the
/// component that is absent or that the profile does not know.
base::Result<std::string> signatureBase(const HttpHead& head, const SignatureInput& input,
                                        const HttpHead* request);

struct SigningKey {
    crypto::PrivateKey key;
    std::string keyid;
    crypto::SignatureAlgorithm algorithm;
};

/// Adds Content-Digest, Signature-Input and Signature. `request` non-null: signs a response, bound with ;req.
base::Status signMessage(HttpHead& head, base::BytesView body, const SigningKey& key,
                         base::UnixMillis now_ms, const HttpHead* request = nullptr);

}  // namespace yht::trust
