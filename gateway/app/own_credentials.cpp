#include "gateway/app/own_credentials.h"

#include "gateway/app/destination_credentials.h"

namespace yht::app {

std::vector<CredentialSlot> ownSlots(const Config& config) {
    using enum crypto::CertificatePurpose;
    std::vector<CredentialSlot> slots;
    const auto add = [&](const std::string& name, crypto::CertificatePurpose use, const std::string& issuer_ca) {
        const std::string certificate = config.text(name + ".certificate");
        if (certificate.empty()) return;  // it has none of its own
        slots.push_back({name, {.certificate_path = certificate, .private_key_path = config.text(name + ".private_key"),
                                .issuer_ca_path = issuer_ca, .uses = {use}}});
    };
    add("partner", TlsServer, config.text("partner.issuer_ca"));
    add("signing", Signing, config.text("signing.issuer_ca"));
    add("channels", TlsServer, "");
    add("front", TlsServer, "");
    return slots;
}

base::Result<CredentialsInForce> checkOwnCredentials(
    const Config& config, base::UnixMillis now_ms, const CredentialsInForce* in_force,
    const std::function<void(const std::string&)>& log
) {
    CredentialsInForce checked;
    for (const auto& slot : ownSlots(config)) {
        std::optional<std::string> before;
        if (in_force != nullptr) {
            const auto found = in_force->find(slot.name);
            before = found == in_force->end() ? std::string() : found->second;
        }
        auto credential = trust::checkCredential(slot.question, now_ms);
        if (credential.ok()) {
            checked.emplace(slot.name, credential->fingerprint);
            continue;
        }
        if (!isKnownToEnd(credential.error(), slot.question.certificate_path, before)) {
            base::Error error = std::move(credential).error();
            error.detail = slot.name + ": " + error.detail;
            return error;
        }
        if (log) log(slot.name + ": " + base::describe(credential.error()));
        const auto chain = trust::readCertificates(slot.question.certificate_path);
        if (!chain.ok()) continue;
        if (const auto facts = crypto::readCertificateFacts(chain->front()); facts.ok()) checked.emplace(slot.name, facts->fingerprint);
    }
    return checked;
}

}  // namespace yht::app
