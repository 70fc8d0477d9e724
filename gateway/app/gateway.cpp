#include "gateway/app/gateway.h"

#include <signal.h>

#include <iostream>
#include <mutex>

#include "gateway/app/channels.h"
#include "gateway/app/control.h"
#include "gateway/app/front.h"
#include "gateway/app/operators.h"
#include "gateway/app/results_home.h"
#include "gateway/app/revocation_watch.h"
#include "gateway/app/source_folders.h"
#include "gateway/app/trial.h"
#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

/// SHA-256("abc"), FIPS 180-4.
constexpr const char* kSha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

sigset_t handledSignals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
    return set;
}

std::size_t countOf(const Config& config, const char* key) {
    return static_cast<std::size_t>(config.integer(key));
}

}  // namespace

void logLine(const std::string& text) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    std::cerr << base::formatRfc3339(base::SystemClock().nowMillis()) << ' ' << text << std::endl;
}

void blockSignals() {
    const auto set = handledSignals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

void waitForStop(const std::function<void()>& reload) {
    const auto set = handledSignals();
    for (;;) {
        int number = 0;
        if (::sigwait(&set, &number) != 0) continue;
        if (number != SIGHUP) return;
        reload();
    }
}

base::Status checkCrypto() {
    if (base::toHex(crypto::sha256("abc")) != kSha256OfAbc) {
        return base::makeError(base::ErrorCode::CryptoFailed, "SHA-256 gives a wrong answer");
    }
    auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519);
    if (!key.ok()) return std::move(key).error();
    auto signature = key->sign(crypto::SignatureAlgorithm::Ed25519, "abc");
    if (!signature.ok()) return std::move(signature).error();
    auto verdict = key->publicKey().verify(crypto::SignatureAlgorithm::Ed25519, "abd", *signature);
    if (!verdict.ok()) return std::move(verdict).error();
    if (*verdict != crypto::SignatureVerdict::Invalid) {
        return base::makeError(base::ErrorCode::CryptoFailed, "Ed25519 takes a wrong signature");
    }
    return {};
}

namespace {

class PartnerChains final : public trust::PeerJudge {
public:
    explicit PartnerChains(trust::RevocationBook& book) : book_(book) {}
    base::Status judge(const crypto::CertificateChain& verified, base::BytesView) const override {
        book_.noteChain({}, {}, verified);
        return {};
    }

private:
    trust::RevocationBook& book_;
};

}  // namespace

std::shared_ptr<const trust::PeerJudge> partnerChains(trust::RevocationBook& book) {
    return std::make_shared<PartnerChains>(book);
}

trust::TlsFiles tlsFiles(const Config& config, std::shared_ptr<const trust::PeerJudge> judge) {
    return {.certificate_chain_pem = config.text("partner.certificate"),
            .private_key_pem = config.text("partner.private_key"),
            .peer_ca_pem = config.text("partner.client_ca"),
            .allow_tls12 = config.flag("partner.allow_tls12"),
            .judge = std::move(judge)};
}

trust::VerifierOptions verifierOptions(const Config& config, const trust::RevocationBook* revocation) {
    trust::VerifierOptions options;
    options.public_base_urls = config.texts("partner.public_base_urls");
    options.revocation = revocation;
    return options;
}

http::DoorOptions doorOptions(const Config& config, trust::Held<trust::SigningKey> signing_key, ticket::Calendar calendar) {
    http::DoorOptions options;
    options.partner_listen = Poco::Net::SocketAddress(config.text("partner.listen"));
    options.admin_listen = Poco::Net::SocketAddress(config.text("admin.listen"));
    options.partner_limits.connections_max = countOf(config, "partner.connections_max");
    options.partner_limits.connections_per_address_max = countOf(config, "partner.connections_per_address_max");
    options.partner_limits.head_deadline_ms = config.integer("partner.header_deadline_ms");
    options.partner_limits.body_deadline_ms = config.integer("partner.body_deadline_ms");
    options.partner_limits.idle_ms = config.integer("partner.idle_ms");
    options.public_base_urls = config.texts("partner.public_base_urls");
    options.signing_key = std::move(signing_key);
    options.calendar = std::move(calendar);
    options.fold_rules = foldRules(config);
    options.logger = logLine;
    return options;
}

std::vector<http::ReadinessCheck> readinessChecks(ledger::Store& store, ClockGuard& clock_guard) {
    const auto writable = [&store]() -> base::Status {
        // A task that writes nothing would succeed on a full disk.
        return store.run([](ledger::Transaction& transaction) {
            return transaction.setCursor("readiness", transaction.lastSeq());
        });
    };
    return {{"ledger_writable", writable}, {"clock_sane", [&clock_guard] { return clock_guard.check(); }, true}};
}

namespace {

/// All or nothing: whatever is wrong is found before anything is replaced.
base::Status tryReload(const Config& config, const Reloadable& running) {
    auto snapshot = trust::loadTrust(config.directory());
    if (!snapshot.ok()) return std::move(snapshot).error();
    auto operators = loadOperators(config.directory());
    if (!operators.ok()) return std::move(operators).error();
    auto sources = loadSourceAdapters(config.directory(), **snapshot);
    if (!sources.ok()) return std::move(sources).error();
    const auto now_ms = running.clock.nowMillis();
    auto credentials = checkOwnCredentials(config, now_ms, &running.credentials, {});
    if (!credentials.ok()) return std::move(credentials).error();
    auto context = trust::serverContext(tlsFiles(config, partnerChains(running.revocation)));
    if (!context.ok()) return std::move(context).error();
    auto signing_key = readSigningKey(config.text("signing.certificate"), config.text("signing.private_key"));
    if (!signing_key.ok()) return std::move(signing_key).error();
    auto soap_signing_key = readSoapSigningKey(config);
    if (!soap_signing_key.ok()) return std::move(soap_signing_key).error();
    auto authorities = partnerAuthorities(config);
    if (!authorities.ok()) return std::move(authorities).error();
    std::vector<std::function<void()>> destinations;
    for (const auto* set : running.destinations) {
        auto prepared = prepareCredentials(*set, &running.revocation, now_ms);
        if (!prepared.ok()) return std::move(prepared).error();
        destinations.push_back(*std::move(prepared));
    }
    std::optional<ChannelReload> channels;
    if (running.channels != nullptr) {
        auto prepared = running.channels->prepare(config, **sources, **snapshot);
        if (!prepared.ok()) return std::move(prepared).error();
        channels = *std::move(prepared);
    }
    std::optional<FrontReload> front;
    if (running.front != nullptr) {
        auto prepared = running.front->prepare(config);
        if (!prepared.ok()) return std::move(prepared).error();
        front = *std::move(prepared);
    }
    auto routes = deploymentRoutes(config.directory());
    if (!routes.ok()) return std::move(routes).error();
    std::vector<std::string> waiting;
    auto fitted = fittedTo(routes->part(false), running.deliveries.firstTable(), waiting);
    if (!fitted.ok()) return std::move(fitted).error();
    const auto live = std::make_shared<const delivery::RouteTable>(*std::move(fitted));
    if (running.trial_deliveries != nullptr) {
        if (auto may = running.deliveries.mayReplaceTable(*live); !may.ok()) return may;
        auto trial = std::make_shared<const delivery::RouteTable>(routes->part(true));
        if (auto replaced = running.trial_deliveries->replaceTable(std::move(trial)); !replaced.ok()) return replaced;
    }
    if (auto replaced = running.deliveries.replaceTable(live); !replaced.ok()) return replaced;
    // First what is known of their revocation: no request may find a partner that nobody has looked up yet.
    running.revocation.usePartners(*snapshot, *authorities);
    running.trust.replace(*std::move(snapshot));
    running.operators.replace(*std::move(operators));
    running.adapters.replace(*std::move(sources));
    if (running.pulls != nullptr) running.pulls->use(*running.adapters.current());
    running.contexts.replace(*std::move(context));
    running.signing_key.replace(*std::move(signing_key));
    if (running.soap_signing_key && *soap_signing_key) running.soap_signing_key->replace(**std::move(soap_signing_key));
    running.credentials = *std::move(credentials);
    for (const auto& put : destinations) put();
    if (channels) running.channels->replace(*std::move(channels));
    if (front) running.front->replace(*std::move(front));
    static_cast<void>(running.revocation.readFiles(true));  // a list that can't be read keeps the one before it; the book's log tells
    if (running.drop_untrusted) running.drop_untrusted();
    for (const std::string& id : waiting) logLine(id + ": goes home from the next start on 结果回传将在下次启动后按新清单生效");
    return {};
}

}  // namespace

base::Status reload(const Config& config, const Reloadable& running) {
    auto done = tryReload(config, running);
    logLine(
        done.ok() ? reloadText()
                  : "reload refused, all stays as it was 重新加载被拒绝,保持原样: " + base::describe(done.error())
    );
    return done;
}

intake::AttachmentServices attachmentServices(
    const Config& config, ledger::Store& store, attachments::Store& attachments, const base::Clock& clock,
    base::Random& random, const trust::TrustHolder& trust, const intake::SourceAdaptersHolder& adapters
) {
    return {.store = store,
            .attachments = attachments,
            .clock = clock,
            .random = random,
            .trust = [&trust] { return trust.current(); },
            .adapters = [&adapters] { return adapters.current(); },
            .directory = config.directory(),
            .secrets = [directory = config.directory()](const std::string& name) -> std::optional<std::string> {
                auto secret = crypto::readPrivateFile(directory + "/" + name);
                if (!secret.ok()) return std::nullopt;
                while (secret->ends_with('\n') || secret->ends_with('\r')) secret->pop_back();
                return *std::move(secret);
            },
            .log = logLine};
}

base::Result<LedgerDeliveries> makeDeliveries(
    const DeliveryParts& parts, ledger::Store& store, intake::LedgerUse use, kit::ContentFinder contents
) {
    const bool trial = use == intake::LedgerUse::Trial;
    auto routes = deploymentRoutes(parts.config.directory());
    if (!routes.ok()) return std::move(routes).error();
    if (!hasTrial(parts.config) && !routes->part(true).destinations().empty()) {
        return base::makePublicError(
            base::ErrorCode::ConfigInvalid, "routes.yaml has a trial destination, but trial.directory is not set.",
            "routes.yaml 中有联调对端,但未设置 trial.directory。"
        );
    }
    auto far_sides = loadDestinations(parts.config.directory(), parts.clock, parts.random, std::move(contents), parts.revocation);
    if (!far_sides.ok()) return std::move(far_sides).error();
    std::erase_if(far_sides->destinations, [&](const auto& one) {
        const auto* row = routes->findDestination(one->id());
        return row != nullptr ? row->trial != trial : trial;  // one without a row is found out with the live ones
    });
    delivery::DeliveriesOptions options;
    options.region_of_source = [&trust = parts.trust](const std::string& id) {
        const auto snapshot = trust.current();
        const auto* source = snapshot->findSource(id);
        return source == nullptr ? std::string() : source->region;
    };
    options.mode_of_source = [&adapters = parts.adapters](const std::string& source) -> std::string {
        const auto current = adapters.current();
        for (const auto& [id, adapter] : *current) {
            if (adapter->manifest().source == source) return kit::integrationModeName(adapter->manifest().mode);
        }
        return {};
    };
    options.logger = logLine;
    auto made = delivery::Deliveries::make(
        store, parts.clock, parts.random, std::make_shared<const delivery::RouteTable>(routes->part(trial)),
        std::move(far_sides->destinations), std::move(options)
    );
    if (!made.ok()) return std::move(made).error();
    return LedgerDeliveries{*std::move(far_sides), *std::move(made)};
}

}  // namespace yht::app
