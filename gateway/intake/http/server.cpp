#include "gateway/intake/http/server.h"

#include <Poco/Net/NetException.h>

#include "gateway/intake/http/problem.h"

namespace yht::http {

namespace {

// Partners that come back all at once after a restart wait here; beyond it, they wait for a second
// or more.
constexpr int kBacklog = 512;
constexpr const char* kFrontName = "front";

base::Result<Poco::Net::ServerSocket> bound(
    const char* which, const Poco::Net::SocketAddress& address,
    const std::function<Poco::Net::ServerSocket()>& listen
) {
    try {
        return listen();
    } catch (const Poco::Exception& error) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid,
            std::string(which) + " " + address.toString() + ": " + error.displayText()
        );
    }
}

}  // namespace

ConnectionLimits adminLimits() {
    ConnectionLimits limits;
    limits.connections_max = kAdminConnectionsMax;
    return limits;
}

base::Result<std::unique_ptr<Door>> Door::open(
    DoorOptions options, const trust::TlsContextHolder& contexts, intake::Admission& admission,
    ledger::Store& store, const trust::RequestVerifier& verifier, const base::Clock& clock,
    prometheus::Registry& registry
) {
    auto partner = bound("partner.listen", options.partner_listen, [&] {
        return trust::listenTls(options.partner_listen, contexts, kBacklog);
    });
    if (!partner) return std::move(partner).error();
    auto admin = bound("admin.listen", options.admin_listen, [&] {
        return listenPlain(options.admin_listen, kBacklog);
    });
    if (!admin) return std::move(admin).error();
    std::optional<Poco::Net::ServerSocket> front;
    if (options.front) {
        auto socket = bound("front.listen", options.front->listen, [&] {
            return trust::listenTls(options.front->listen, options.front->contexts, kBacklog);
        });
        if (!socket) return std::move(socket).error();
        front = *socket;
    }
    return std::unique_ptr<Door>(new Door(
        std::move(options), *partner, *admin, front, admission, store, verifier, clock, registry
    ));
}

Door::Door(
    DoorOptions options, const Poco::Net::ServerSocket& partner_socket,
    const Poco::Net::ServerSocket& admin_socket, const std::optional<Poco::Net::ServerSocket>& front_socket,
    intake::Admission& admission, ledger::Store& store, const trust::RequestVerifier& verifier,
    const base::Clock& clock, prometheus::Registry& registry
)
    : clock_(clock),
      verifier_(verifier),
      drain_ms_(options.drain_ms),
      metrics_(registry),
      handshake_log_(clock, options.logger),
      troubles_(base::TroubleKind::Event, clock, options.logger),
      long_polls_(options.partner_limits.connections_max),
      signature_guard_(clock, options.readiness, options.logger),
      services_(servicesOn(options, store, admission, verifier)) {
    if (options.trial) {
        trial_services_.emplace(
            servicesOn(options, options.trial->store, options.trial->admission, verifier)
        );
        trial_services_->trial_book = &options.trial->book;
        trial_services_->attachments = options.trial->attachments;
        trial_services_->source_messages = options.trial->source_messages;
    }
    routes_.assign(routeTable().begin(), routeTable().end());
    routes_.insert(routes_.end(), options.further_routes.begin(), options.further_routes.end());
    dispatcher_.emplace(services_, trial_services_ ? &*trial_services_ : nullptr, routes_);
    services_.readiness.push_back({"accepting", [this]() -> base::Status {
                                       if (stopping_)
                                           return base::makeError(base::ErrorCode::NotReady);
                                       return {};
                                   }});
    services_.before_scrape = [this] {
        metrics_.setConnections(listenerName(RouteListener::Partner), partner_->connectionCount());
        metrics_.setConnections(listenerName(RouteListener::Admin), admin_->connectionCount());
        if (front_) metrics_.setConnections(kFrontName, front_->connectionCount());
        if (services_.source_messages != nullptr) {
            metrics_.setSources(services_.source_messages->counters());
        }
        if (services_.attachments != nullptr) {
            metrics_.setAttachments(services_.attachments->counters());
        }
    };
    const auto answerOf = [this](RouteListener which) {
        return [this, which](const RequestHead& head, Exchange& exchange) {
            handshake_log_.endQuiet();
            return dispatcher_->answer(which, head, exchange);
        };
    };
    admin_ = makeListener(listenerName(RouteListener::Admin), answerOf(RouteListener::Admin), admin_socket, options.admin_limits);
    partner_ = makeListener(listenerName(RouteListener::Partner), answerOf(RouteListener::Partner), partner_socket, options.partner_limits);
    if (!options.front) return;
    front_gate_.emplace(options.front->rules, clock_);
    front_ = makeListener(
        kFrontName, [this](const RequestHead& head, Exchange& exchange) { return answerFronted(head, exchange); },
        *front_socket, options.front->limits
    );
}

Services Door::servicesOn(
    const DoorOptions& options, ledger::Store& store, intake::Admission& admission,
    const trust::RequestVerifier& verifier
) {
    return {
        .clock = clock_,
        .store = store,
        .admission = admission,
        .verifier = verifier,
        .metrics = metrics_,
        .long_polls = long_polls_,
        .attachments = options.attachments,
        .source_messages = options.source_messages,
        .source_adapters = options.source_adapters,
        .signature_guard = signature_guard_,
        .calendar = options.calendar,
        .fold_rules = options.fold_rules,
        .readiness = options.readiness,
        .public_base_urls = options.public_base_urls,
        .signing_key = options.signing_key,
        .soap_verifier = options.soap_verifier,
        .soap_signing_key = options.soap_signing_key,
        .before_scrape = {},
        .troubles = troubles_};
}

Answer Door::answerFronted(const RequestHead& head, Exchange& exchange) {
    auto client = front_gate_->clientOf(head.http, exchange.certificate());
    if (!client) {
        handshake_log_.refused(kFrontName, client.error(), exchange.peerAddress());
        return problemAnswer(client.error());
    }
    FrontedExchange fronted(exchange, *std::move(client));
    return dispatcher_->answer(RouteListener::Partner, head, fronted);
}

std::unique_ptr<Listener> Door::makeListener(
    const char* name, std::function<Answer(const RequestHead&, Exchange&)> answer, const Poco::Net::ServerSocket& socket,
    const ConnectionLimits& limits
) {
    Answerer answerer{
        .answer = std::move(answer),
        .problem = [](const base::Error& error) { return problemAnswer(error); },
        .handshake_refused = [this, name](const base::Error& error, const std::string& address) {
            metrics_.handshakeRefused(name, error.code);
            handshake_log_.refused(name, error, address);
        },
    };
    return std::make_unique<Listener>(
        socket, limits, clock_, std::move(answerer),
        [this, name](Cause cause) { metrics_.refused(name, cause); }
    );
}

Door::~Door() {
    stop();
}

void Door::start() {
    admin_->start();
    partner_->start();
    if (front_) front_->start();
}

void Door::dropUntrusted() {
    partner_->cutWhere([this](const std::string& certificate) {
        const auto speaker = verifier_.speakerOf(certificate);
        return !speaker && isGone(speaker.error().code);
    });
    if (front_) front_->cutWhere([this](const std::string& certificate) { return !front_gate_->isFront(certificate); });
}

void Door::stop() {
    stopping_ = true;
    if (front_) front_->stop(drain_ms_);
    partner_->stop(drain_ms_);
    admin_->stop(0);
}

}  // namespace yht::http
