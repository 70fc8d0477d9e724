// Partners (对接方), their certificates, stages and rights, as an immutable snapshot that can be swapped while
// requests run: a new or revoked certificate acts on the next request, on resumed sessions too.
// Uses: base, crypto, yaml-cpp. Used by: verifier, intake, delivery, app.
//
// File form: partners.yaml and sources.yaml in the deployment directory, certificates beside them as PEM. A key
// that is not listed here is refused with its line and the nearest name that is.
//
//   # partners.yaml
//   partners:
//     - id: liuyang-market            # a-z, 0-9, "-", "_"; at most 64
//       name: 浏阳市市场监督管理局     # shown to people
//       stage: live                   # joint_test 联调 | trial 试运行 | live 正式 | stopped 停用; either word
//       sources: [market-12315]       # ids of sources.yaml it may speak for; optional
//       rights:                       # optional; scope = prefix of a unit code or region code
//         - submit_own                # without scope: submit_own read_own read_province read_evidence
//         - read_unit:430181          # with scope: read_unit read_city join_city
//       connections_max: 64           # 1 to 1024; optional, default 64
//       revocation: last_good:24      # off, hard_fail, last_good:HOURS, queue; optional, default revocation.policy of yht.yaml
//       certificates:                 # at most 32; may be empty
//         - file: certs/liuyang.pem   # relative to this directory, no ".."; intermediate CAs may stand behind it
//           algorithm: ecdsa-p256-sha256  # RFC 9421 name; optional, default the key's only one, for RSA rsa-pss-sha512
//           use: [connect, sign]      # optional, default both; encrypt, alone, for the encryption certificate (加密证书)
//                                     # of a pair, which is the default where its keyUsage allows nothing else
//           revoked: false            # optional
//
//   # sources.yaml
//   sources:
//     - id: market-12315
//       name: 浏阳市12315
//       region: "430181"              # six letters or digits; ticket numbers are given under it
//       channel_default: "01"         # optional
//       is_centre: false              # optional: the city's own 12345 centre
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/crypto/certificate.h"
#include "gateway/trust/revocation_policy.h"

namespace yht::trust {

/// What entries of these files may hold; gateway/app/README.md explains each.
inline constexpr const char* kSourceKeys[] = {"id", "name", "region", "channel_default", "is_centre"};
inline constexpr const char* kPartnerKeys[] = {"id", "name", "stage", "sources", "rights", "connections_max", "revocation", "certificates"};
inline constexpr const char* kCertificateKeys[] = {"file", "algorithm", "use", "revoked"};

enum class Stage : std::uint8_t { JointTest = 1 /* 联调 */, Trial = 2 /* 试运行 */, Live = 3 /* 正式 */, Stopped = 4 /* 停用 */ };
/// As partners.yaml writes it: "joint_test", and "联调".
struct StageWords {
    const char* name;
    const char* zh;
};
StageWords stageWords(Stage stage);

enum class Right : std::uint8_t {
    None = 0,        // any known partner
    SubmitOwn,       // submit records of its own sources
    ReadOwn,         // tickets its own sources named, or that were delivered to it
    ReadUnit,        // tickets assigned within a unit subtree (scope: unit code prefix)
    ReadCity,        // tickets of a region prefix (scope)
    ReadProvince,    // everything
    ReadEvidence,    // receipts, checkpoint, proofs
    JoinCity,        // its records may join tickets of a region prefix (scope) by another party's number, before
                     // it may read them: a unit's sign-in that comes before its assignment
};

/// As in partners.yaml: "read_own"; "none" for Right::None.
const char* rightName(Right right);

struct Grant {
    Right right = Right::None;
    std::string scope;  // "" where the right takes none
};

struct PartnerCertificate {
    crypto::Certificate certificate;
    crypto::SignatureAlgorithm algorithm;  // the one this key signs with; no other is accepted from it
    bool may_connect = true;  // TLS client authentication
    bool may_sign = true;     // message signatures
    bool revoked = false;
    bool encrypts = false;    // the encryption half of a pair (加密证书): neither connects nor signs
    std::vector<base::Bytes> issuers = {};  // DER of the CAs that stand behind it in its file
};

struct Partner {
    std::string id;
    std::string name_zh;
    Stage stage = Stage::JointTest;
    std::set<std::string> sources;       // source ids it may speak for
    std::vector<Grant> grants;
    std::vector<PartnerCertificate> certificates;
    std::uint32_t connections_max = 64;
    std::optional<RevocationPolicy> revocation = {};  // none: that of the deployment

    bool may(Right right) const;
    bool speaksFor(const std::string& source) const { return sources.contains(source); }
};

/// A source (来源): who is behind it, and what a record of it is numbered under.
struct Source {
    std::string id;
    std::string name_zh;
    std::string region;          // six characters; ticket numbers are given under it
    std::string channel_default; // C1 code, "" none
    bool is_centre = false;      // the city's own 12345 centre
};

class TrustSnapshot {
public:
    /// Requires: ids and certificates are unique (loadTrust refuses others).
    TrustSnapshot(std::vector<Partner> partners, std::vector<Source> sources);
    /// The partner and certificate behind a fingerprint, revoked ones included: the caller judges.
    struct Match { const Partner* partner; const PartnerCertificate* certificate; };
    std::optional<Match> findCertificate(const std::string& fingerprint) const;
    const Partner* findPartner(const std::string& id) const;
    const Source* findSource(const std::string& id) const;
    const std::vector<Partner>& partners() const { return partners_; }
    const std::vector<Source>& sources() const { return sources_; }

private:
    std::vector<Partner> partners_;
    std::vector<Source> sources_;
    std::unordered_map<std::string, std::size_t> partner_by_id_, source_by_id_;
    std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> by_fingerprint_;  // partner, certificate
};

/// Reads partners.yaml and sources.yaml of `directory`. Certificates out of date are taken: time is judged per request.
/// Errors: ConfigInvalid; `fields` lists everything wrong at once, each with "file:line" as its pointer.
base::Result<std::shared_ptr<const TrustSnapshot>> loadTrust(const std::string& directory);

/// Thread-safety: any thread.
class TrustHolder {
public:
    explicit TrustHolder(std::shared_ptr<const TrustSnapshot> snapshot) : snapshot_(std::move(snapshot)) {}
    std::shared_ptr<const TrustSnapshot> current() const;
    void replace(std::shared_ptr<const TrustSnapshot> snapshot);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const TrustSnapshot> snapshot_;
};

}  // namespace yht::trust
