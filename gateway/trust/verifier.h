// Who speaks, and is it really they: TLS certificate → partner, Content-Digest → body, signature →
// head. Uses: crypto. Used by: intake/http.
//
// Order of checks, cheap ones first; the first that fails is the answer:
//   1 speaker: the TLS certificate belongs to a partner, may connect, is not revoked, is in its dates;
//     the partner is not stopped; its CA has not revoked it (revocation_book.h)
//   2 Content-Digest: of a whole message, against the body; of a head alone (verifyHead), only that it
//     is there and is one SHA-256: whoever reads the body compares it
//   3 Signature-Input and Signature: exactly one with tag "yht"
//   4 the required components are covered, created and keyid are there, created is within the
//     tolerance in both directions, expires is not passed
//   5 keyid is a signing certificate of THIS partner (never the encryption one of a pair), not revoked by us or its CA, in its
//     dates; alg, where given, is its algorithm
//   6 the signature, over the base for each public base URL of ours (that of the Host field first)
//
// Replay. Nothing is remembered here. An accepted message sent again is known by its replay key,
// which is kept with it in the ledger, and answered as a duplicate. A refused message sent again is
// judged again from its first check: it is refused again as long as anything is wrong with it, and
// after the tolerance it is expired. So a refusal can't be worn down by repetition, and a partner
// may resend the same signed message once the cause is gone at our side (a certificate entered
// late, our clock), which a memory of refusals would forbid.
//
// Personal data. The base shown in an error goes back to its sender only, never into a log. It holds method, target,
// media type, digests and what else the sender chose to cover: no body. The target is shown with its query: no POST
// of this product takes personal data in a query.
#pragma once

#include "gateway/base/minute_counts.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/revocation_book.h"
#include "gateway/trust/verified_message.h"

namespace yht::trust {

struct VerifierOptions {
    std::vector<std::string>
        public_base_urls;  // "https://gateway.example:8443", no slash at the end
    std::int64_t created_tolerance_ms = kCreatedToleranceMs;
    const RevocationBook* revocation = nullptr;  // outlives the verifier; nullptr: only what partners.yaml says is revoked
};

inline constexpr std::size_t kPublicBaseUrlsMax = 8;
/// Other bases tried after a failure, to say which component differs: one public key operation
/// each.
inline constexpr int kDiagnosisAttemptsMax = 32;
/// Refused signatures of one partner that are looked into in a minute. Beyond it a refusal carries the base as we built it and names no
/// component: a flood of wrong signatures costs one public key operation each, and not all of these.
inline constexpr std::size_t kDiagnosesPerMinuteMax = 20;

/// Thread-safety: any thread. Holds what the constructor was given, and how often each partner was explained something.
class RequestVerifier {
public:
    /// Requires: 1 to kPublicBaseUrlsMax base URLs.
    RequestVerifier(const TrustHolder& trust, const base::Clock& clock, VerifierOptions options);

    /// The partner behind a client certificate. Errors: CertificateUnknown, -Expired, -Revoked,
    /// PartnerStopped, CertRevokedCrl, CertRevokedOcsp, RevocationUnchecked, RevocationPending. Bodiless reads need no more.
    struct Speaker {
        std::shared_ptr<const TrustSnapshot> snapshot;
        const Partner* partner;
    };
    base::Result<Speaker> speakerOf(const std::string& certificate_fingerprint) const;
    /// What CertificateUnknown means for a certificate that came with a verified chain: CertificateRenewed and
    /// CertificateRekeyed where it follows one that is registered, else CertificateUnknown.
    base::Error explainUnknown(base::BytesView certificate_der) const;
    /// Whether what holds for this speaker has not been read anew since: an answer that takes long ends where it has.
    bool isCurrent(const Speaker& speaker) const { return trust_.current() == speaker.snapshot; }
    const RevocationBook* revocation() const { return options_.revocation; }

    /// Checks a request with a body. `head.target_uri` holds path and query only ("/v1/records"):
    /// which public base URL the sender signed is found by trying each; none fitting is
    /// SignatureTarget or SignatureInvalid. Errors: those of speakerOf and every "signature.*" row.
    /// SignatureInvalid and SignatureTarget carry the base as we built it; where another base of
    /// ours or a common slip (http for https, missing port, other content-type) makes the signature
    /// fit, the public text names the component that differs.
    base::Result<VerifiedMessage> verify(
        const HttpHead& head, std::string body, const std::string& certificate_fingerprint
    ) const;

    /// Checks the head of a request whose body is streamed afterwards. Content-Digest has sha-256 and nothing
    /// else that we know: what is not computed on the way can't be compared.
    /// Errors: as verify(), but for DigestMismatch.
    base::Result<VerifiedHead> verifyHead(
        const HttpHead& head, const std::string& certificate_fingerprint
    ) const;

private:
    /// Checks 3 to 6. Errors: "signature.*".
    base::Result<Proof> checkProof(
        const HttpHead& head, const Speaker& speaker, base::UnixMillis now_ms
    ) const;
    base::Result<Proof> checkSignature(
        const HttpHead& head, const SignatureInput& input, const PartnerCertificate& signer, const Partner& partner
    ) const;
    base::Error explain(
        const HttpHead& head, const SignatureInput& input, const PartnerCertificate& signer, const Partner& partner,
        std::string first_base
    ) const;
    const TrustHolder& trust_;
    const base::Clock& clock_;
    const VerifierOptions options_;
    mutable base::MinuteCounts diagnoses_;  // by partner
};

}  // namespace yht::trust
