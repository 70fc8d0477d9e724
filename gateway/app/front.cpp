#include "gateway/app/front.h"

#include "gateway/app/revocation_watch.h"
#include "gateway/trust/credential.h"

namespace yht::app {
namespace {

std::string orElse(const Config& config, const char* key, const char* fallback) {
    const std::string text = config.text(key);
    return text.empty() ? config.text(fallback) : text;
}

base::Status addFronts(const Config& config, http::FrontRules& rules) {
    for (const auto& file : config.texts("front.fronts")) {
        if (file.empty()) continue;
        const auto chain = trust::readCertificates(resolvePath(config.directory(), file));
        if (!chain.ok()) return chain.error();
        if (const auto facts = crypto::readCertificateFacts(chain->front()); facts.ok()) rules.fronts.insert(facts->fingerprint);
    }
    if (!rules.fronts.empty()) return {};
    return base::makeError(base::ErrorCode::ConfigInvalid, "front.fronts: name the certificates of the fronts 请列出各前置的证书文件");
}

}  // namespace

base::Result<FrontReload> Front::read(const Config& config, trust::RevocationBook& book) {
    http::FrontRules rules;
    if (auto added = addFronts(config, rules); !added.ok()) return std::move(added).error();
    auto authorities = partnerAuthorities(config);
    if (!authorities.ok()) return std::move(authorities).error();
    rules.authorities = *std::move(authorities);
    rules.seen = [&book](const crypto::CertificateChain& chain) { book.noteChain({}, {}, chain); };
    if (config.text("front.client_ca").empty()) {
        return base::makeError(base::ErrorCode::ConfigInvalid, "front.client_ca: name the CA of the fronts' certificates 请填写前置证书的 CA");
    }
    auto context = trust::serverContext({.certificate_chain_pem = orElse(config, "front.certificate", "partner.certificate"),
                                         .private_key_pem = orElse(config, "front.private_key", "partner.private_key"),
                                         .peer_ca_pem = config.text("front.client_ca"),
                                         .allow_tls12 = config.flag("front.allow_tls12")});
    if (!context.ok()) return std::move(context).error();
    return FrontReload{*std::move(context), std::move(rules)};
}

base::Result<std::unique_ptr<Front>> Front::open(const Config& config, trust::RevocationBook& book) {
    if (config.text("front.listen").empty()) return std::unique_ptr<Front>();
    auto first = read(config, book);
    if (!first.ok()) return std::move(first).error();
    return std::unique_ptr<Front>(new Front(book, *std::move(first)));
}

http::FrontOptions Front::options(const Config& config) const {
    http::FrontOptions options{.listen = Poco::Net::SocketAddress(config.text("front.listen")), .limits = {}, .contexts = contexts_, .rules = rules_};
    options.limits.connections_max = static_cast<std::size_t>(config.integer("front.connections_max"));
    options.limits.connections_per_address_max = options.limits.connections_max;
    options.limits.head_deadline_ms = config.integer("partner.header_deadline_ms");
    options.limits.body_deadline_ms = config.integer("partner.body_deadline_ms");
    options.limits.idle_ms = config.integer("partner.idle_ms");
    return options;
}

base::Result<FrontReload> Front::prepare(const Config& config) const { return read(config, book_); }

void Front::replace(FrontReload reload) {
    rules_.replace(std::move(reload.rules));
    contexts_.replace(std::move(reload.context));
}

}  // namespace yht::app
