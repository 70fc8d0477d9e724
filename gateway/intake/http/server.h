// The door (门): the partner listener over mutual TLS, that of named TLS fronts where there are any, and
// the local admin listener over plain HTTP, their routes, and what stands behind them. Constructing it binds the ports; start() is the last
// step of main.cpp.
// Uses: listener, dispatch. Used by: main.cpp, tests.
#pragma once

#include <Poco/Net/SocketAddress.h>
#include <prometheus/registry.h>

#include <atomic>
#include <memory>

#include "gateway/base/trouble_log.h"
#include "gateway/intake/http/dispatch.h"
#include "gateway/intake/http/front.h"
#include "gateway/intake/http/handshake_log.h"
#include "gateway/intake/http/listener.h"
#include "gateway/trust/tls.h"

namespace yht::http {

inline constexpr std::int64_t kDrainMs = 10'000;
inline constexpr std::size_t kAdminConnectionsMax = 16;

/// Limits of the admin listener: few connections, local.
ConnectionLimits adminLimits();

/// What partners in joint test (联调) are answered from. References must outlive the door.
struct TrialSide {
    ledger::Store& store;
    intake::Admission& admission;  // LedgerUse::Trial
    intake::TrialBook& book;
    attachments::Store* attachments = nullptr;
    intake::SourceMessages* source_messages = nullptr;
};

/// Where named TLS fronts connect. The contexts outlive the door.
struct FrontOptions {
    Poco::Net::SocketAddress listen;
    ConnectionLimits limits;
    const trust::TlsContextHolder& contexts;
    trust::Held<FrontRules> rules;
};

struct DoorOptions {
    Poco::Net::SocketAddress partner_listen{"0.0.0.0", 8443};
    Poco::Net::SocketAddress admin_listen{"127.0.0.1", 9090};
    ConnectionLimits partner_limits;
    ConnectionLimits admin_limits = adminLimits();
    std::vector<std::string> public_base_urls;
    std::optional<trust::Held<trust::SigningKey>> signing_key;
    ticket::Calendar calendar;
    ticket::FoldRules fold_rules;
    std::vector<ReadinessCheck> readiness;
    std::optional<FrontOptions> front;  // none: nobody speaks for others
    std::optional<TrialSide> trial;  // none: partners in joint test are refused
    std::int64_t drain_ms = kDrainMs;
    attachments::Store* attachments = nullptr;       // outlives the door; none: server.not_ready
    intake::SourceMessages* source_messages = nullptr;  // outlives the door; none: no source is known
    const intake::SourceAdaptersHolder* source_adapters = nullptr;  // likewise
    const trust::SoapVerifier* soap_verifier = nullptr;  // likewise; none: SOAP is not spoken
    std::optional<trust::Held<trust::SigningKey>> soap_signing_key;   // of soapSigningKey(); none: signing_key signs SOAP answers too
    std::span<const Route> further_routes;           // of other rooms (SOAP); outlive the door
    std::function<void(const std::string&)> logger;  // one line each; none: nothing is logged
};

/// Thread-safety: start() and stop() from one thread.
class Door {
public:
    /// Binds both ports (0: a free one). Errors: ConfigInvalid naming the address that can't be
    /// had.
    static base::Result<std::unique_ptr<Door>> open(
        DoorOptions options, const trust::TlsContextHolder& contexts, intake::Admission& admission,
        ledger::Store& store, const trust::RequestVerifier& verifier, const base::Clock& clock,
        prometheus::Registry& registry
    );
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    void start();
    /// Not ready from now on; stops accepting, ends waits, lets requests finish for the drain time,
    /// then cuts. The admin listener goes last, so that the draining can be watched.
    void stop();
    /// Ends the connections of those who are nobody's any more: certificate revoked or removed, partner stopped.
    void dropUntrusted();
    /// Whether signed times can be judged now; outlived by nothing that asks it.
    const SignatureGuard& signatureGuard() const { return signature_guard_; }
    std::uint16_t partnerPort() const { return partner_->port(); }
    std::uint16_t adminPort() const { return admin_->port(); }
    /// Requires: there is a front listener.
    std::uint16_t frontPort() const { return front_->port(); }

private:
    Door(
        DoorOptions options, const Poco::Net::ServerSocket& partner_socket,
        const Poco::Net::ServerSocket& admin_socket, const std::optional<Poco::Net::ServerSocket>& front_socket,
        intake::Admission& admission, ledger::Store& store, const trust::RequestVerifier& verifier, const base::Clock& clock,
        prometheus::Registry& registry
    );
    Services servicesOn(
        const DoorOptions& options, ledger::Store& store, intake::Admission& admission,
        const trust::RequestVerifier& verifier
    );
    std::unique_ptr<Listener> makeListener(
        const char* name, std::function<Answer(const RequestHead&, Exchange&)> answer,
        const Poco::Net::ServerSocket& socket, const ConnectionLimits& limits
    );
    Answer answerFronted(const RequestHead& head, Exchange& exchange);

    const base::Clock& clock_;
    const trust::RequestVerifier& verifier_;
    const std::int64_t drain_ms_;
    std::atomic<bool> stopping_{false};
    Metrics metrics_;
    HandshakeLog handshake_log_;
    base::TroubleLog troubles_;  // of requests
    LongPolls long_polls_;
    SignatureGuard signature_guard_;
    Services services_;
    std::optional<Services> trial_services_;
    std::vector<Route> routes_;  // our own and further ones
    std::optional<Dispatcher> dispatcher_;
    std::unique_ptr<Listener> admin_;
    std::unique_ptr<Listener> partner_;
    std::optional<FrontGate> front_gate_;
    std::unique_ptr<Listener> front_;  // nullptr: none
};

}  // namespace yht::http
