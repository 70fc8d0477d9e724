// A source's connection to the gateway: mutual TLS, RFC 9421 over what has a body.
// Uses: base, trust, Poco. Used by: submission, partner-sim.
#pragma once

#include <Poco/Net/HTTPSClientSession.h>

#include <memory>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/tls.h"

namespace yht::speaker {

struct SpeakerOptions {
    std::string base_url;  // "https://host:port", as the gateway publishes it
    trust::TlsFiles tls;   // our certificate and key sign, too, unless the two below are given
    std::string signing_certificate_pem, signing_key_pem;  // paths
    std::int64_t timeout_ms = 30'000;
};

/// What came back; `lost` where no complete answer did, whether or not the request arrived.
struct Reply {
    bool lost = true;
    int status = 0;
    std::int64_t retry_after_s = 0;
    std::string body;
    std::string detail;  // for people, where lost
};

inline constexpr std::size_t kReplyBytesMax = 16 * 1024 * 1024;

/// What all connections of one source share. Immutable.
class Speaker {
public:
    /// Errors: ConfigInvalid naming the file or the URL.
    static base::Result<std::shared_ptr<const Speaker>> make(
        const SpeakerOptions& options, const base::Clock& clock
    );
    const std::string& baseUrl() const { return options_.base_url; }

private:
    friend class GatewayClient;
    Speaker(
        SpeakerOptions options, Poco::Net::Context::Ptr context, trust::SigningKey key,
        const base::Clock& clock
    );
    const SpeakerOptions options_;
    const Poco::Net::Context::Ptr context_;
    const trust::SigningKey key_;
    const base::Clock& clock_;
    std::string host_;
    std::uint16_t port_ = 443;
};

/// One kept-alive connection. Thread-safety: none, one thread each.
class GatewayClient {
public:
    explicit GatewayClient(std::shared_ptr<const Speaker> speaker) : speaker_(std::move(speaker)) {}
    /// `target`: path and query. The body is signed anew each time.
    Reply post(const std::string& target, const std::string& body);
    Reply get(const std::string& target);

private:
    Reply exchange(Poco::Net::HTTPRequest& request, const std::string& body);

    const std::shared_ptr<const Speaker> speaker_;
    std::unique_ptr<Poco::Net::HTTPSClientSession> session_;
};

}  // namespace yht::speaker
