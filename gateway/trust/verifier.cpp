#include "gateway/trust/verifier.h"

#include <algorithm>

#include "gateway/trust/signature_diagnosis.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

constexpr std::uint8_t kAssurancePartnerSignature = 1;  // ledger::Assurance::PartnerSignature

const std::vector<Component>& requiredComponents() {
    static const std::vector<Component> required = {
        covered("@method"), covered("@target-uri"), covered("content-type"),
        covered("content-digest")};
    return required;
}

bool isInDates(const crypto::Certificate& certificate, base::UnixMillis now_ms) {
    return certificate.notBeforeMillis() <= now_ms && now_ms <= certificate.notAfterMillis();
}

// Our addresses, the one that the sender says it called first: with several, that saves failed
// attempts.
std::vector<const std::string*> inLikelyOrder(
    const std::vector<std::string>& base_urls, const std::string& host
) {
    std::vector<const std::string*> ordered;
    for (const auto& base_url : base_urls) ordered.push_back(&base_url);
    std::stable_partition(ordered.begin(), ordered.end(), [&](const std::string* base_url) {
        return !host.empty() && base_url->ends_with("://" + host);
    });
    return ordered;
}

const PartnerCertificate* signingCertificate(
    const TrustSnapshot& snapshot, const Partner& partner, const std::string& keyid,
    base::UnixMillis now_ms
) {
    const auto match = snapshot.findCertificate(keyid);
    if (!match || match->partner != &partner) return nullptr;
    const PartnerCertificate& found = *match->certificate;
    const bool current = found.may_sign && !found.revoked && isInDates(found.certificate, now_ms);
    return current ? &found : nullptr;
}

/// The encryption half of the partner's own pair is a slip worth naming; whatever else it is stays unsaid.
ErrorCode whyNotSigner(const TrustSnapshot& snapshot, const Partner& partner, const std::string& keyid) {
    const auto match = snapshot.findCertificate(keyid);
    const bool encrypts = match && match->partner == &partner && match->certificate->encrypts;
    return encrypts ? ErrorCode::SignatureKeyUse : ErrorCode::SignatureKeyUnknown;
}

}  // namespace

RequestVerifier::RequestVerifier(
    const TrustHolder& trust, const base::Clock& clock, VerifierOptions options
)
    : trust_(trust), clock_(clock), options_(std::move(options)), diagnoses_(clock) {
    YHT_ASSERT(!options_.public_base_urls.empty());
    YHT_ASSERT(options_.public_base_urls.size() <= kPublicBaseUrlsMax);
}

base::Result<RequestVerifier::Speaker> RequestVerifier::speakerOf(
    const std::string& certificate_fingerprint
) const {
    if (certificate_fingerprint.empty()) return base::makeError(ErrorCode::CertificateMissing);
    auto snapshot = trust_.current();
    const auto match = snapshot->findCertificate(certificate_fingerprint);
    if (!match || !match->certificate->may_connect)
        return base::makeError(ErrorCode::CertificateUnknown);
    if (match->certificate->revoked) return base::makeError(ErrorCode::CertificateRevoked);
    if (!isInDates(match->certificate->certificate, clock_.nowMillis())) {
        return base::makeError(ErrorCode::CertificateExpired);
    }
    if (match->partner->stage == Stage::Stopped) return base::makeError(ErrorCode::PartnerStopped);
    if (options_.revocation != nullptr) {
        auto standing = options_.revocation->judge(certificate_fingerprint, match->partner->revocation);
        if (!standing) return std::move(standing).error();
    }
    return Speaker{std::move(snapshot), match->partner};
}

base::Error RequestVerifier::explainUnknown(base::BytesView certificate_der) const {
    const auto facts = crypto::readCertificateFacts(certificate_der);
    if (!facts.ok()) return base::makeError(ErrorCode::CertificateUnknown);
    const auto snapshot = trust_.current();
    const std::string presented = crypto::certificateText(certificate_der);
    if (snapshot->findCertificate(facts->fingerprint)) return base::makeError(ErrorCode::CertificateUnknown, "not registered for connecting: " + presented);
    for (const auto& partner : snapshot->partners()) {
        for (const auto& each : partner.certificates) {
            const bool same_key = each.certificate.publicKey().toDer() == facts->key.public_der;
            const bool same_name = each.certificate.subject() == facts->subject && each.certificate.issuer() == facts->issuer;
            if (!same_key && !same_name) continue;
            return base::makeError(
                same_key ? ErrorCode::CertificateRenewed : ErrorCode::CertificateRekeyed,
                "partner " + partner.id + ", registered is " + each.certificate.fingerprint().substr(0, 16) + "…, presented was " + presented
            );
        }
    }
    return base::makeError(ErrorCode::CertificateUnknown, "presented was " + presented);
}

base::Result<Proof> RequestVerifier::checkSignature(
    const HttpHead& head, const SignatureInput& input, const PartnerCertificate& signer, const Partner& partner
) const {
    const auto& key = signer.certificate.publicKey();
    HttpHead candidate = head;
    std::string first_base;
    for (const auto* base_url : inLikelyOrder(options_.public_base_urls, head.field("host"))) {
        candidate.target_uri = *base_url + head.target_uri;
        auto text = signatureBase(candidate, input, nullptr);
        if (!text) return std::move(text).error();
        const auto verdict = key.verify(signer.algorithm, *text, input.signature);
        if (!verdict) return verdict.error();
        if (*verdict == crypto::SignatureVerdict::Valid) {
            auto replay_key = replayKey(*text, input.signature);
            return Proof{
                .signature_base = std::move(*text),
                .signature = input.signature,
                .keyid = input.keyid,
                .algorithm = crypto::algorithmName(signer.algorithm),
                .replay_key = std::move(replay_key)};
        }
        if (first_base.empty()) first_base = std::move(*text);
    }
    return explain(head, input, signer, partner, std::move(first_base));
}

base::Error RequestVerifier::explain(
    const HttpHead& head, const SignatureInput& input, const PartnerCertificate& signer, const Partner& partner,
    std::string first_base
) const {
    if (diagnoses_.add(partner.id) > kDiagnosesPerMinuteMax) {
        base::Error error = base::makeError(ErrorCode::SignatureInvalid);
        error.signature_base = std::move(first_base);
        return error;
    }
    HttpHead tried = head;
    tried.target_uri =
        *inLikelyOrder(options_.public_base_urls, head.field("host")).front() + head.target_uri;
    const Suspect suspect{
        .head = tried,
        .input = input,
        .algorithm = signer.algorithm,
        .public_base_urls = options_.public_base_urls,
        .path_and_query = head.target_uri};
    const auto difference =
        findDifference(suspect, kDiagnosisAttemptsMax, [&](const std::string& text) {
            const auto verdict =
                signer.certificate.publicKey().verify(signer.algorithm, text, input.signature);
            return verdict && *verdict == crypto::SignatureVerdict::Valid;
        });
    const auto code = difference && difference->in_target ? ErrorCode::SignatureTarget
                                                          : ErrorCode::SignatureInvalid;
    base::Error error = base::makeError(code);
    if (difference) {
        error.public_en += " " + difference->en;
        error.public_zh += difference->zh;
    }
    error.signature_base = std::move(first_base);
    return error;
}

base::Result<Proof> RequestVerifier::checkProof(
    const HttpHead& head, const Speaker& speaker, base::UnixMillis now_ms
) const {
    const auto input = readSignature(head);
    if (!input) return input.error();
    if (auto held = checkRules(*input, requiredComponents(), now_ms, options_.created_tolerance_ms);
        !held) {
        return std::move(held).error();
    }
    const auto* signer =
        signingCertificate(*speaker.snapshot, *speaker.partner, input->keyid, now_ms);
    if (!signer) return base::makeError(whyNotSigner(*speaker.snapshot, *speaker.partner, input->keyid));
    if (options_.revocation != nullptr) {
        auto standing = options_.revocation->judge(signer->certificate.fingerprint(), speaker.partner->revocation);
        if (!standing) return std::move(standing).error();
    }
    if (auto fits = checkAlgorithm(*input, signer->algorithm); !fits)
        return std::move(fits).error();
    return checkSignature(head, *input, *signer, *speaker.partner);
}

base::Result<VerifiedMessage> RequestVerifier::verify(
    const HttpHead& head, std::string body, const std::string& certificate_fingerprint
) const {
    const base::UnixMillis now_ms = clock_.nowMillis();
    auto speaker = speakerOf(certificate_fingerprint);
    if (!speaker) return std::move(speaker).error();
    if (auto digest = checkContentDigest(head, body); !digest) return std::move(digest).error();
    auto proof = checkProof(head, *speaker, now_ms);
    if (!proof) return std::move(proof).error();
    VerifiedMessage message;
    message.snapshot_ = std::move(speaker->snapshot);
    message.speaker_ = speaker->partner;
    message.assurance_ = kAssurancePartnerSignature;
    message.proof_ = std::move(*proof);
    message.body_ = std::move(body);
    message.received_ms_ = now_ms;
    return message;
}

base::Result<VerifiedHead> RequestVerifier::verifyHead(
    const HttpHead& head, const std::string& certificate_fingerprint
) const {
    auto speaker = speakerOf(certificate_fingerprint);
    if (!speaker) return std::move(speaker).error();
    auto sha256 = onlySha256(head);
    if (!sha256) return std::move(sha256).error();
    auto proof = checkProof(head, *speaker, clock_.nowMillis());
    if (!proof) return std::move(proof).error();
    VerifiedHead verified;
    verified.snapshot_ = std::move(speaker->snapshot);
    verified.speaker_ = speaker->partner;
    verified.proof_ = *std::move(proof);
    verified.body_sha256_ = *std::move(sha256);
    return verified;
}

}  // namespace yht::trust
