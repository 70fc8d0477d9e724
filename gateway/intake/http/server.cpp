#include "gateway/intake/http/server.h"

#include <Poco/Net/NetException.h>

#include "gateway/intake/http/problem.h"

namespace yht::http {

namespace {

// Partners that come back all at once after a restart wait here; beyond it, they wait for a second
// or more.
constexpr int kBacklog = 512;

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
    return std::unique_ptr<Door>(
        new Door(std::move(options), *partner, *admin, admission, store, verifier, clock, registry)
    );
}

Door::Door(
    DoorOptions options, const Poco::Net::ServerSocket& partner_socket,
    const Poco::Net::ServerSocket& admin_socket, intake::Admission& admission, ledger::Store& store,
    const trust::RequestVerifier& verifier, const base::Clock& clock, prometheus::Registry& registry
)
    : clock_(clock),
      drain_ms_(options.drain_ms),
      metrics_(registry),
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
        if (services_.source_messages != nullptr) {
            metrics_.setSources(services_.source_messages->counters());
        }
        if (services_.attachments != nullptr) {
            metrics_.setAttachments(services_.attachments->counters());
        }
    };
    admin_ = makeListener(RouteListener::Admin, admin_socket, options.admin_limits);
    partner_ = makeListener(RouteListener::Partner, partner_socket, options.partner_limits);
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
        .before_scrape = {},
        .logger = options.logger};
}

std::unique_ptr<Listener> Door::makeListener(
    RouteListener which, const Poco::Net::ServerSocket& socket, const ConnectionLimits& limits
) {
    Answerer answerer{
        .answer = [this, which](
                      const RequestHead& head, Exchange& exchange
                  ) { return dispatcher_->answer(which, head, exchange); },
        .problem = [](const base::Error& error) { return problemAnswer(error); },
    };
    return std::make_unique<Listener>(
        socket, limits, clock_, std::move(answerer),
        [this, which](Cause cause) { metrics_.refused(listenerName(which), cause); }
    );
}

Door::~Door() {
    stop();
}

void Door::start() {
    admin_->start();
    partner_->start();
}

void Door::stop() {
    stopping_ = true;
    partner_->stop(drain_ms_);
    admin_->stop(0);
}

}  // namespace yht::http
