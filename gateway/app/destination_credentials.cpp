#include "gateway/app/destination_credentials.h"

#include "gateway/app/deployment.h"
#include "gateway/crypto/certificate_use.h"

namespace yht::app {
namespace {

using base::ErrorCode;

/// Asks the revocation book about one far side.
class FarSideJudge final : public trust::PeerJudge {
public:
    FarSideJudge(trust::RevocationBook& book, std::string peer, std::optional<trust::RevocationPolicy> policy)
        : book_(book), peer_(std::move(peer)), policy_(policy) {}

    base::Status judge(const crypto::CertificateChain& verified, base::BytesView stapled) const override {
        if (verified.empty()) return base::makeError(ErrorCode::CertInvalid, "no chain");
        book_.noteChain(peer_, policy_, verified);
        if (!stapled.empty()) book_.takeStapled(verified, stapled);
        const auto facts = crypto::readCertificateFacts(verified.front());
        return facts.ok() ? book_.judgeFarSide(facts->fingerprint, policy_) : base::makeError(ErrorCode::CertInvalid);
    }

private:
    trust::RevocationBook& book_;
    const std::string peer_;
    const std::optional<trust::RevocationPolicy> policy_;
};

base::Result<std::vector<crypto::Certificate>> readPeers(const std::string& path) {
    auto chain = trust::readCertificates(path);
    if (!chain.ok()) return std::move(chain).error();
    std::vector<crypto::Certificate> peers;
    for (const auto& der : *chain) {
        auto certificate = crypto::Certificate::fromDer(der);
        if (!certificate.ok()) return base::makeError(ErrorCode::CertUnreadable, path + ": " + certificate.error().detail);
        if (crypto::isEncryptionOnly(*certificate)) {
            return base::makeError(ErrorCode::ConfigInvalid, path + ": is an encryption certificate; name the one that answers are signed "
                                                                    "with 是加密证书,应填签名证书");
        }
        peers.push_back(*std::move(certificate));
    }
    return peers;
}

std::vector<trust::VerifyingKey> answerKeys(const std::vector<crypto::Certificate>& peers) {
    std::vector<trust::VerifyingKey> keys;
    for (const auto& peer : peers) keys.push_back({peer.publicKey(), peer.fingerprint(), peer.publicKey().defaultAlgorithm()});
    return keys;
}

}  // namespace

std::shared_ptr<const trust::PeerJudge> farSideJudge(
    trust::RevocationBook& book, const std::string& peer, const std::optional<trust::RevocationPolicy>& policy
) {
    return std::make_shared<FarSideJudge>(book, peer, policy);
}

bool isKnownToEnd(const base::Error& error, const std::string& certificate_path, const std::optional<std::string>& in_force) {
    if (error.code != ErrorCode::CertExpired && error.code != ErrorCode::CertNotYetValid) return false;
    if (!in_force) return true;
    const auto chain = trust::readCertificates(certificate_path);
    if (!chain.ok()) return false;
    const auto facts = crypto::readCertificateFacts(chain->front());
    return facts.ok() && facts->fingerprint == *in_force;
}

base::Result<DestinationMaterial> readMaterial(
    const DestinationFiles& files, trust::RevocationBook* book, base::UnixMillis now_ms,
    const std::optional<std::string>& in_force
) {
    const auto named = [&](base::Error error) {
        error.detail = "destination " + files.id + (error.detail.empty() ? "" : ": " + error.detail);
        return error;
    };
    const auto checked = trust::checkCredential(
        {.certificate_path = files.certificate, .private_key_path = files.private_key, .issuer_ca_path = files.issuer_ca,
         .uses = {crypto::CertificatePurpose::TlsClient, crypto::CertificatePurpose::Signing}},
        now_ms
    );
    if (!checked.ok() && !isKnownToEnd(checked.error(), files.certificate, in_force)) return named(checked.error());
    if (auto authorities = trust::readCertificates(files.peer_ca); !authorities.ok()) return named(authorities.error());
    std::shared_ptr<const trust::PeerJudge> judge;
    if (book != nullptr) judge = farSideJudge(*book, "destination " + files.id, files.revocation);
    auto context = trust::clientContext({.certificate_chain_pem = files.certificate,
                                         .private_key_pem = files.private_key,
                                         .peer_ca_pem = files.peer_ca,
                                         .judge = std::move(judge)});
    if (!context.ok()) return named(context.error());
    auto key = readSigningKey(files.signing_certificate, files.signing_private_key);
    if (!key.ok()) return named(key.error());
    auto peers = readPeers(files.peer_certificate);
    if (!peers.ok()) return named(peers.error());
    std::string fingerprint = key->keyid;
    return DestinationMaterial{*std::move(context), *std::move(key), *std::move(peers), std::move(fingerprint)};
}

DestinationCredential::DestinationCredential(DestinationFiles from, DestinationMaterial material)
    : files(std::move(from)),
      contexts(std::move(material.context)),
      key(std::move(material.key)),
      peers(material.peers),
      answer_keys(answerKeys(material.peers)),
      fingerprint(std::move(material.fingerprint)) {}

void DestinationCredential::use(DestinationMaterial material) {
    answer_keys.replace(answerKeys(material.peers));
    peers.replace(std::move(material.peers));
    key.replace(std::move(material.key));
    fingerprint.replace(std::move(material.fingerprint));
    contexts.replace(std::move(material.context));
}

base::Result<std::function<void()>> prepareCredentials(
    const DestinationCredentials& credentials, trust::RevocationBook* book, base::UnixMillis now_ms
) {
    auto ready = std::make_shared<std::vector<std::pair<DestinationCredential*, DestinationMaterial>>>();
    for (const auto& each : credentials) {
        auto material = readMaterial(each->files, book, now_ms, *each->fingerprint.current());
        if (!material.ok()) return std::move(material).error();
        if (each->accepts) {
            if (auto taken = each->accepts(material->key); !taken.ok()) return std::move(taken).error();
        }
        ready->emplace_back(each.get(), *std::move(material));
    }
    return std::function<void()>([ready] {
        for (auto& [credential, material] : *ready) credential->use(std::move(material));
    });
}

}  // namespace yht::app
