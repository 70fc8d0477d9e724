#include "gateway/trust/pull_verifier.h"

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

// ledger::Assurance
constexpr std::uint8_t kAssuranceAuthenticatedPull = 3;
constexpr std::uint8_t kAssuranceAllowList = 5;
constexpr const char* kAlgorithm = "pull";  // where a signed message has the name of its algorithm

const char* checkName(PeerCheck check) {
    switch (check) {
        case PeerCheck::None: return "none";
        case PeerCheck::TlsCertificate: return "tls_certificate";
        case PeerCheck::SshHostKey: return "ssh_host_key";
        case PeerCheck::LocalAccount: return "local_account";
        case PeerCheck::Operator: return "operator";
    }
    YHT_ASSERT(false);
}

std::string statement(const PulledFrom& from, base::BytesView digest, base::UnixMillis now_ms) {
    return "yht-pull-1\nsource: " + from.source + "\npeer: " + from.evidence.peer + "\ncheck: " +
           checkName(from.evidence.check) + "\nproof: " + from.evidence.proof + "\ncredential: " + from.evidence.credential +
           "\nportion: " + std::to_string(from.portion) + "\nfetched: " + base::formatRfc3339(now_ms) + "\nsha-256: " +
           base::toHex(digest) + "\n";
}

}  // namespace

base::Result<const Partner*> pullSpeaker(const TrustSnapshot& snapshot, const std::string& source, const std::string& named) {
    const Partner* speaker = nullptr;
    for (const Partner& partner : snapshot.partners()) {
        if (!partner.speaksFor(source)) continue;
        if (!named.empty() && partner.id != named) continue;
        if (speaker != nullptr) {
            return base::makePublicError(
                ErrorCode::SourceNotOwn, "Several partners may speak for the source: name one as pull.partner.",
                "有多个对接方可代表该来源:请以 pull.partner 指明。"
            );
        }
        speaker = &partner;
    }
    if (speaker == nullptr) {
        return base::makePublicError(
            ErrorCode::SourceNotOwn, "No partner of partners.yaml may speak for the source " + source + ": put it into `sources` of one.",
            "partners.yaml 中没有可代表来源 " + source + " 的对接方:请写入其 sources。"
        );
    }
    if (speaker->stage == Stage::Stopped) return base::makeError(ErrorCode::PartnerStopped, "partner " + speaker->id);
    return speaker;
}

std::uint8_t assuranceOf(const PeerEvidence& evidence) {
    return evidence.check == PeerCheck::None ? kAssuranceAllowList : kAssuranceAuthenticatedPull;
}

base::Result<VerifiedMessage> PullVerifier::verify(const PulledFrom& from, std::string body) const {
    auto snapshot = trust_.current();
    const auto speaker = pullSpeaker(*snapshot, from.source, from.partner);
    if (!speaker.ok()) return speaker.error();
    const base::UnixMillis now_ms = clock_.nowMillis();
    const base::Bytes digest = crypto::sha256(body);
    VerifiedMessage message;
    message.snapshot_ = std::move(snapshot);
    message.speaker_ = *speaker;
    message.assurance_ = assuranceOf(from.evidence);
    message.proof_.signature_base = statement(from, digest, now_ms);
    message.proof_.algorithm = kAlgorithm;
    message.proof_.replay_key =
        crypto::sha256("yht-pull-1\n" + from.source + "\n" + std::to_string(from.portion) + "\n" + base::toHex(digest));
    message.body_ = std::move(body);
    message.received_ms_ = now_ms;
    return message;
}

}  // namespace yht::trust
