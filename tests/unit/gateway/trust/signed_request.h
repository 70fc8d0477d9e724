// A signing partner that can also do it wrong: requests made and spoiled as a plan says, with keys
// generated per run. Signs by itself (not by signMessage), so that the verifier is not held to its
// own writer. Uses: trust, tests/support. Used by: verifier_test, signature_vectors_test.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/trust/verifier.h"
#include "tests/support/pki.h"

namespace yht::trust {

inline constexpr const char* kPublicBase = "https://gateway.example:8443";
inline constexpr const char* kSecondPublicBase = "https://10.1.2.3";

/// What the sender signs. Every default is right.
struct SigningPlan {
    std::string key = "centre";             // a name of Cast
    std::optional<std::string> keyid = {};  // default: of `key`
    std::vector<std::string> components = {
        "\"@method\"", "\"@target-uri\"", "\"content-type\"", "\"content-digest\""};
    std::optional<std::int64_t> created_s = 0;   // relative to now
    std::optional<std::int64_t> expires_s = {};  // relative to now
    std::optional<std::string> alg = {};         // default: of `key`; "" leaves it out
    std::string algorithm_used = {};             // default: of `key`
    std::string tag = "yht";                     // "" leaves it out
    std::string more_parameters = {};            // appended as they stand
    std::string method = "POST", target = std::string(kPublicBase) + "/v1/records",
                content_type = "application/json";
    std::string body = "{\"kind\":\"appeal\"}";
    std::string digest = "sha-256";  // sha-256, sha-512, sha (SHA-1), both, none
    std::string label = "sig1";
    std::string line_end = "lf";  // lf, crlf, lf-last (one more behind the last line)
    bool der = false;             // ECDSA as DER, as a sender forgets to convert it
};

/// Partners, keys and certificates: "centre" (ECDSA), "centre-2" (ECDSA), "centre-ed25519",
/// "centre-rsa-pss", "centre-rsa-v15", "centre-revoked", "centre-expired", "centre-not-yet",
/// "centre-connect" and "centre-sign" (one use only) of partner centre; "other" of partner other;
/// "stopped" of one that is stopped; "stranger" of nobody.
class Cast {
public:
    static const Cast& get();
    const std::string& fingerprint(const std::string& name) const { return actors_.at(name).keyid; }
    const SigningKey& key(const std::string& name) const { return actors_.at(name); }
    std::shared_ptr<const TrustSnapshot> snapshot() const { return snapshot_; }

private:
    Cast();
    std::map<std::string, SigningKey> actors_;
    std::shared_ptr<const TrustSnapshot> snapshot_;
};

/// The request as it would be sent: path as target_uri, Host, Content-Type, Content-Digest and the
/// signature.
HttpHead signedRequest(const SigningPlan& plan, base::UnixMillis now_ms);

}  // namespace yht::trust
