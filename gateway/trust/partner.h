// Partners (对接方), their certificates, stages and rights, as an immutable snapshot that can be swapped while
// requests run: a new or revoked certificate acts on the next request, on resumed sessions too.
// File form: partners.yaml in the deployment directory; certificates beside it as PEM.
// Uses: base, crypto. Used by: verifier, intake, delivery, app.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/crypto/certificate.h"

namespace yht::trust {

enum class Stage : std::uint8_t { JointTest = 1 /* 联调 */, Trial = 2 /* 试运行 */, Live = 3 /* 正式 */, Stopped = 4 /* 停用 */ };

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
};

struct Partner {
    std::string id;
    std::string name_zh;
    Stage stage = Stage::JointTest;
    std::set<std::string> sources;       // source ids it may speak for
    std::vector<Grant> grants;
    std::vector<PartnerCertificate> certificates;
    std::uint32_t connections_max = 64;

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
    std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> by_fingerprint_;
};

/// Reads partners.yaml and sources.yaml of `directory`. Errors: ConfigInvalid with file, line and what to write.
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
