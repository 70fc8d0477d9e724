// Which certificates are revoked, as far as anybody has said (吊销台账): revocation lists and OCSP answers, what they mean for every
// certificate that matters here, and what is to be asked next. A request looks its certificate up in what was worked out before;
// nothing is fetched or verified on its way.
//   the chain    every certificate below the trust anchor counts: the leaf and every intermediate
//   revoked      a list or an answer says so, fresh or not
//   good until   the last moment that a list or an answer covers, of the certificate of the chain that is covered for the shortest
//   can't tell   past that moment, or nothing is there: the peer's policy decides (revocation_policy.h)
// A list counts where the CA's key signed it; an older one never takes the place of a newer one. What was fetched is kept in a
// directory and read again at the start. One log line when a peer can't be checked any more, and one when it can again; likewise
// when there is more than the bounds admit.
// Uses: crypto, partner. Used by: verifier, soap_security, app.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/ocsp.h"
#include "gateway/crypto/revocation_list.h"
#include "gateway/trust/partner.h"
#include "gateway/trust/revocation_known.h"

namespace yht::trust {

inline constexpr std::size_t kRevocationChainsMax = 20'000;
inline constexpr std::size_t kRevocationUrlsMax = 500;

struct RevocationSettings {
    RevocationPolicy policy;              // of peers without one of their own
    std::vector<std::string> crl_files;   // paths
    std::vector<std::string> crl_urls;
    std::string ocsp_url;                 // asked in the place of what certificates name
    bool certificate_urls = false;        // ask what certificates name: distribution points, OCSP responders
    std::string directory;                // where what was fetched is kept; "" nowhere
    std::int64_t refresh_ms = 3'600'000;  // asked again after this time at the latest
    std::int64_t retry_ms = 60'000;       // after a failure
    std::function<void(const std::string&)> log;  // one line each; or empty
    std::size_t chains_max = kRevocationChainsMax;  // of peers; beyond, a certificate is one that nobody has been asked about
    std::size_t asks_max = 2 * kRevocationUrlsMax;  // lists and OCSP answers that are fetched
};

/// Something to be fetched: a list, or an OCSP answer.
struct RevocationAsk {
    std::string url;
    base::Bytes body;  // of a POST, application/ocsp-request; "" of a GET
    std::string fingerprint;  // of the certificate that OCSP is asked about; "" of a list
};

/// How one peer stands, for people.
struct PeerStanding {
    std::string peer;         // "partner zz-12315", "destination province"
    std::string fingerprint;
    RevocationPolicy policy;
    std::string state;        // good, revoked, last_good, unchecked
    std::string code, detail; // of why it is not good: error code; ""
    base::UnixMillis good_until_ms = 0;
    base::UnixMillis since_ms = 0;  // of that state
};

/// Thread-safety: any thread.
class RevocationBook {
public:
    RevocationBook(RevocationSettings settings, const base::Clock& clock);
    ~RevocationBook();

    /// Whose certificates matter, and the CAs that they lead to (DER).
    void usePartners(const std::shared_ptr<const TrustSnapshot>& partners, const crypto::CertificateChain& authorities);
    /// Called, without any lock, when some certificate stands differently. Set before anything else runs.
    void whenChanged(std::function<void()> changed) { changed_ = std::move(changed); }
    /// A chain as a handshake verified it, leaf to anchor. Of a partner (`peer` "") only the intermediates are of interest.
    void noteChain(const std::string& peer, const std::optional<RevocationPolicy>& policy, const crypto::CertificateChain& chain);
    /// An answer that came with a handshake. It counts where it is right, and is forgotten where not.
    void takeStapled(const crypto::CertificateChain& chain, base::BytesView answer_der);

    /// Errors: CertRevokedCrl, CertRevokedOcsp; RevocationUnchecked, RevocationPending with what is missing as detail.
    base::Status judge(const std::string& fingerprint, const std::optional<RevocationPolicy>& policy) const;
    /// The same of a far side: what is missing is the code itself ("certificate.crl_stale").
    base::Status judgeFarSide(const std::string& fingerprint, const std::optional<RevocationPolicy>& policy) const;

    /// Reads the files of lists that have changed, or all. Errors: CertCrlUntrusted, CertUnreadable naming the file; what was read
    /// before stays.
    base::Status readFiles(bool all);
    /// What is to be fetched now; each is given once, until took() is told of it.
    std::vector<RevocationAsk> due();
    void took(const RevocationAsk& ask, const base::Result<std::string>& bytes);
    /// Tells what has begun or ended with the passing of time. Call it every second or so.
    void tick();

    std::vector<PeerStanding> standings() const;
    const RevocationSettings& settings() const { return settings_; }

private:
    struct Asked {
        RevocationAsk ask;
        std::int64_t next_steady_ms = 0;
        bool out = false;
    };
    struct Told {
        std::string state;
        base::UnixMillis since_ms = 0;
        std::int64_t since_steady_ms = 0;
        std::string told;  // what the log was last told
    };
    using Standings = std::map<std::string, LeafStanding>;

    base::Status judgeWith(const std::string& fingerprint, const std::optional<RevocationPolicy>& policy, bool far_side) const;
    std::shared_ptr<const Standings> current() const;
    PeerChain peerChain(const std::string& peer, const std::optional<RevocationPolicy>& policy, const std::vector<crypto::CertificateFacts>& members, bool complete) const;
    // Require: mutex_ held.
    bool publish();
    void addChain(PeerChain chain);
    void renewPartnerChains();
    void renewAsks();
    void addAsk(const std::string& url, base::Bytes body, const std::string& fingerprint);
    void takeAnswer(const std::string& fingerprint, base::BytesView answer_der);
    /// When it is to be followed by another.
    base::Result<base::UnixMillis> takeList(const std::string& from, base::BytesView bytes, bool keep);
    std::int64_t refreshAfter(base::UnixMillis good_until_ms) const;
    std::string keptPath(const std::string& name) const;
    void keep(const std::string& name, base::BytesView bytes) const;
    void readKept();
    /// The line that the change of one peer's state is worth; "" none.
    std::string tellChange(const std::string& fingerprint, const LeafStanding& standing, const std::string& state);
    /// The line that the begin or the end of there being too much is worth; "" none.
    std::string tellLeftOut();

    const RevocationSettings settings_;
    const base::Clock& clock_;
    std::function<void()> changed_;

    mutable std::mutex mutex_;
    // Protected by mutex_.
    RevocationKnown known_;
    std::shared_ptr<const TrustSnapshot> partners_;
    crypto::CertificateChain authorities_;
    std::map<std::string, base::Bytes> intermediates_;  // that handshakes have shown
    std::map<std::string, PeerChain> far_sides_;
    std::map<std::string, Asked> asks_;  // by URL and fingerprint
    std::map<std::string, Told> told_;
    std::size_t chains_left_out_ = 0, asks_left_out_ = 0;  // beyond chains_max and asks_max
    bool left_out_told_ = false;
    std::map<std::string, std::int64_t> file_times_;
    base::UnixMillis judged_ms_ = 0;  // when what is published was

    mutable std::mutex published_mutex_;
    std::shared_ptr<const Standings> published_;  // protected by published_mutex_
};

}  // namespace yht::trust
