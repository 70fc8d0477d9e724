// RFC 9421 HTTP Message Signatures and RFC 9530 Digest Fields, in the profile of DESIGN 5:
//   components  requests with a body: "@method" "@target-uri" "content-type" "content-digest"
//               responses: "@status" "content-type" "content-digest" "@method";req
//               "@target-uri";req, and "content-digest";req where the request has one
//   parameters  created, keyid (SHA-256 of the signing certificate, lower-case hex), alg,
//   tag="yht", optional
//               expires, nonce
// More components may be covered: any field, the derived components of RFC 9421 section 2.2, ;req.
// The flags sf, key, bs and tr are refused. One signature with tag "yht" per message; others are
// left alone. Uses: base, crypto. Used by: verifier, intake/http (answers), kit (deliveries),
// tools.
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

/// The digest that a body to come must have. Errors: DigestMissing (no sha-256), SignatureMalformed (no
/// digest of that length; sha-512 beside it, which would have to be checked too).
base::Result<base::Bytes> onlySha256(const HttpHead& head);

/// One covered component: "@method", or a field name, with its flags.
struct Component {
    std::string name;
    bool request = false;    // ;req
    std::string query_name;  // "@query-param" only: its ;name
    std::string identifier;  // as serialized, with quotes and flags: what stands in the base
};

/// The member of Signature-Input with our tag, read.
struct SignatureInput {
    std::string label;
    std::vector<Component> components;
    std::string
        parameters;  // the inner list and parameters exactly as serialized: last line of the base
    std::optional<std::int64_t> created_s, expires_s;
    std::string keyid, algorithm, tag, nonce;
    base::Bytes signature;
};

/// The one signature with our tag. Errors: SignatureMissing (none has our tag), SignatureMalformed,
/// SignatureAmbiguous (several have).
base::Result<SignatureInput> readSignature(const HttpHead& head);
/// The signature under `label`, whatever its tag. Errors: SignatureMissing, SignatureMalformed.
base::Result<SignatureInput> readSignatureLabelled(const HttpHead& head, const std::string& label);

/// RFC 9421 section 2.5. `request` is needed for ;req components. Errors: SignatureMalformed naming
/// the component that is absent or that the profile does not know.
base::Result<std::string> signatureBase(
    const HttpHead& head, const SignatureInput& input, const HttpHead* request
);

inline constexpr std::int64_t kCreatedToleranceMs = 300'000;

/// What every profile of ours asks of a signature before its octets are looked at: `required` is
/// covered (name and request flag count), created and keyid are there, and the time is right.
/// Errors: SignatureUncovered naming the component, SignatureMalformed, SignatureFuture,
/// SignatureExpired.
base::Status checkRules(
    const SignatureInput& input, const std::vector<Component>& required, base::UnixMillis now_ms,
    std::int64_t created_tolerance_ms = kCreatedToleranceMs
);
/// alg, where given, must be the algorithm that the key is bound to. Errors: SignatureAlgorithm.
base::Status checkAlgorithm(const SignatureInput& input, crypto::SignatureAlgorithm bound);

/// A component with its identifier written out.
Component covered(std::string name, bool request = false);

struct SigningKey {
    crypto::PrivateKey key;
    std::string keyid;
    crypto::SignatureAlgorithm algorithm;
    base::Bytes certificate_der = {};  // for who must carry it along (WS-Security)
};
/// A key with its certificate. `algorithm` empty: the key's default.
/// Errors: ConfigInvalid where the two don't belong together or can't be read; never with any of
/// the text.
base::Result<SigningKey> signingKey(
    const std::string& certificate_pem, const std::string& private_key_pem,
    std::optional<crypto::SignatureAlgorithm> algorithm = {}
);

/// Sets Content-Digest, Signature-Input and Signature (label "yht"), replacing what stood there.
/// `request` non-null: signs a response, bound to it with ;req.
/// Errors: CryptoFailed, SignatureAlgorithm, SignatureMalformed (a covered value holds a line
/// break).
base::Status signMessage(
    HttpHead& head, base::BytesView body, const SigningKey& key, base::UnixMillis now_ms,
    const HttpHead* request = nullptr
);

/// The key that answers are expected under.
struct VerifyingKey {
    crypto::PublicKey key;
    std::string keyid;
    crypto::SignatureAlgorithm algorithm;
};
/// For clients: a signed answer to `request`, whose target_uri is as the client sent it.
/// Errors: every "signature.*" row; SignatureInvalid carries the base as we built it.
base::Status verifyResponse(
    const HttpHead& response, base::BytesView body, const VerifyingKey& key,
    const HttpHead& request, base::UnixMillis now_ms
);

}  // namespace yht::trust
