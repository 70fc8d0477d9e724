#include "gateway/app/channels.h"

#include "gateway/app/deployment.h"
#include "gateway/app/gateway.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr std::size_t kConsentBytesMin = 10;  // who, when, why: never just "yes"

bool isPlain(const Config& config) { return !config.text("channels.plain_http_consent").empty(); }

base::Status checkConsent(const Config& config) {
    const auto consented = [&](const char* key) { return config.text(key).size() >= kConsentBytesMin; };
    if (!consented("channels.consent")) {
        return base::makeError(
            ErrorCode::ConfigInvalid,
            "channels.consent: say who allowed it, when and why 请写明批准人、日期与理由"
        );
    }
    if (isPlain(config) && !consented("channels.plain_http_consent")) {
        return base::makeError(
            ErrorCode::ConfigInvalid,
            "channels.plain_http_consent: say who allowed it, when and why 请写明批准人、日期与理由"
        );
    }
    return {};
}

std::string orElse(const Config& config, const char* key, const char* fallback) {
    const std::string text = config.text(key);
    return text.empty() ? config.text(fallback) : text;
}

/// The value behind "file:NAME", without its last line break. Errors: ConfigInvalid where others may read it.
base::Result<std::string> secretBehind(const std::string& directory, const std::string& reference) {
    constexpr std::string_view kFilePrefix = "file:";
    YHT_ASSERT(reference.starts_with(kFilePrefix));
    auto value = crypto::readPrivateFile(resolvePath(directory, reference.substr(kFilePrefix.size())));
    if (!value.ok()) return value;
    if (value->ends_with('\n')) value->pop_back();
    if (value->ends_with('\r')) value->pop_back();
    return value;
}

channels::ChannelSetting setting(const Config& config) {
    return {.read_secret = [directory = config.directory()](const std::string& reference) {
                return secretBehind(directory, reference);
            },
            .certificates_asked = !isPlain(config) && !config.text("channels.client_ca").empty()};
}

base::Result<ChannelReload> prepareReload(
    const Config& config, const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust
) {
    auto table = channels::ChannelTable::make(adapters, trust, setting(config));
    if (!table.ok()) return std::move(table).error();
    ChannelReload reload{*std::move(table), {}};
    if (isPlain(config)) return reload;
    auto context = trust::openServerContext(
        {.certificate_chain_pem = orElse(config, "channels.certificate", "partner.certificate"),
         .private_key_pem = orElse(config, "channels.private_key", "partner.private_key"),
         .peer_ca_pem = config.text("channels.client_ca"),
         .allow_tls12 = config.flag("channels.allow_tls12")}
    );
    if (!context.ok()) return std::move(context).error();
    reload.context = *std::move(context);
    return reload;
}

channels::ListenerOptions listenerOptions(const Config& config) {
    channels::ListenerOptions options;
    options.listen = Poco::Net::SocketAddress(config.text("channels.listen"));
    auto& limits = options.limits;
    limits.connections_max = static_cast<std::size_t>(config.integer("channels.connections_max"));
    limits.connections_per_address_max =
        static_cast<std::size_t>(config.integer("channels.connections_per_address_max"));
    limits.head_deadline_ms = config.integer("channels.header_deadline_ms");
    limits.body_deadline_ms = config.integer("channels.body_deadline_ms");
    limits.idle_ms = config.integer("channels.idle_ms");
    return options;
}

}  // namespace

base::Status checkChannels(const Config& config, const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust) {
    if (config.text("channels.listen").empty()) return {};
    if (auto consent = checkConsent(config); !consent.ok()) return consent;
    if (auto read = prepareReload(config, adapters, trust); !read.ok()) return std::move(read).error();
    return {};
}

Channels::Channels(const ChannelParts& parts, ChannelReload first)
    : requests_(parts.requests), verifier_(parts.trust, parts.requests, parts.clock), tables_(std::move(first.table)) {
    if (first.context) contexts_ = std::make_unique<trust::TlsContextHolder>(std::move(first.context));
}

base::Result<std::unique_ptr<Channels>> Channels::open(const Config& config, const ChannelParts& parts) {
    if (config.text("channels.listen").empty()) return std::unique_ptr<Channels>();
    if (auto consent = checkConsent(config); !consent.ok()) return std::move(consent).error();
    auto first = prepareReload(config, *parts.adapters.current(), *parts.trust.current());
    if (!first.ok()) return std::move(first).error();
    std::unique_ptr<Channels> made(new Channels(parts, *std::move(first)));
    auto options = listenerOptions(config);
    options.contexts = made->contexts_.get();
    auto listener = channels::ChannelListener::open(
        options, {.tables = made->tables_,
                  .verifier = made->verifier_,
                  .signature_guard = parts.signature_guard,
                  .live = parts.live,
                  .trial = parts.trial,
                  .clock = parts.clock,
                  .registry = parts.registry,
                  .at_once_max = std::max<std::size_t>(1, options.limits.connections_max / 2),
                  .logger = logLine}
    );
    if (!listener.ok()) return std::move(listener).error();
    made->listener_ = *std::move(listener);
    return made;
}

base::Result<ChannelReload> Channels::prepare(
    const Config& config, const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust
) const {
    return prepareReload(config, adapters, trust);
}

void Channels::replace(ChannelReload reload) {
    tables_.replace(std::move(reload.table));
    if (contexts_ && reload.context) contexts_->replace(std::move(reload.context));
}

void Channels::dropUntrusted() {
    listener_->cutWhere([this](const std::string& certificate) {
        const auto speaker = requests_.speakerOf(certificate);
        return !speaker.ok() && http::isGone(speaker.error().code);
    });
}

std::string idleEndpointsText(const Config& config, const intake::SourceAdapters& adapters) {
    if (!config.text("channels.listen").empty()) return {};
    std::string ids;
    for (const auto& [id, adapter] : adapters) {
        const bool takes = adapter->manifest().lifecycle == kit::Lifecycle::Live ||
                           adapter->manifest().lifecycle == kit::Lifecycle::Shadow;
        if (takes && !adapter->manifest().endpoints.empty()) ids += (ids.empty() ? "" : ", ") + id;
    }
    return ids.empty() ? "" : "channels.listen is not set: nobody can call the endpoints of 未设置 channels.listen,以下来源的接口无人可调用: " + ids;
}

}  // namespace yht::app
