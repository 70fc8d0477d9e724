// The channels listener of a deployment: its settings (channels.* of gateway.yaml), its table of endpoints, its TLS context,
// and how all of that is read again.
// Uses: config, intake/channels. Used by: gateway, commands_config, main.cpp.
#pragma once

#include <prometheus/registry.h>

#include <memory>

#include "gateway/app/config.h"
#include "gateway/intake/channels/channel_listener.h"
#include "gateway/intake/http/server.h"

namespace yht::app {

/// What the listener stands on. References outlive it.
struct ChannelParts {
    const trust::TrustHolder& trust;
    const intake::SourceAdaptersHolder& adapters;
    const trust::RequestVerifier& requests;
    const http::SignatureGuard& signature_guard;
    intake::SourceMessages& live;
    intake::SourceMessages* trial;  // nullptr: none
    const base::Clock& clock;
    prometheus::Registry& registry;
};

/// What a reload puts in place, once nothing of it is wrong.
struct ChannelReload {
    std::shared_ptr<const channels::ChannelTable> table;
    Poco::Net::Context::Ptr context;  // nullptr: plain HTTP
};

/// Thread-safety: prepare() and replace() from any thread.
class Channels {
public:
    /// nullptr where channels.listen is not set. The port is bound, nobody is answered yet. Errors: ConfigInvalid.
    static base::Result<std::unique_ptr<Channels>> open(const Config& config, const ChannelParts& parts);

    void start() { listener_->start(); }
    void stop() { listener_->stop(); }
    /// Ends the connections of certificates that are nobody's any more.
    void dropUntrusted();
    /// Errors: ConfigInvalid; nothing is changed.
    base::Result<ChannelReload> prepare(
        const Config& config, const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust
    ) const;
    void replace(ChannelReload reload);

private:
    Channels(const ChannelParts& parts, ChannelReload first);

    const trust::RequestVerifier& requests_;
    trust::ChannelVerifier verifier_;
    channels::ChannelTableHolder tables_;
    std::unique_ptr<trust::TlsContextHolder> contexts_;  // nullptr: plain HTTP
    std::unique_ptr<channels::ChannelListener> listener_;
};

/// What a start would find wrong, with nothing opened: consent, secrets of endpoints, who speaks for them, certificate. Well where
/// channels.listen is not set. Errors: ConfigInvalid.
base::Status checkChannels(const Config& config, const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust);

/// Endpoints of live and shadow sources that nobody can call, for the log; "" none.
std::string idleEndpointsText(const Config& config, const intake::SourceAdapters& adapters);

}  // namespace yht::app
