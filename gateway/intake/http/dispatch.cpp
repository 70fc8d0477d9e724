#include "gateway/intake/http/dispatch.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "gateway/intake/http/problem.h"

namespace yht::http {

namespace {

using base::ErrorCode;

constexpr const char* kNoRoute = "none";
constexpr std::int64_t kGuardMs = 1000;
constexpr std::int64_t kHoldStepMs = 25;

/// "application/json", with "charset=utf-8" or without parameters (RFC 8259 knows none).
bool isJson(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    text.erase(
        std::remove_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t'; }),
        text.end()
    );
    return text == "application/json" || text == "application/json;charset=utf-8" ||
           text == "application/json;charset=\"utf-8\"";
}

/// RFC 9421 section 5.1, read generously: a member that names our tag, or none at all, asks for our
/// signature.
bool asksForSignature(const trust::HttpHead& head) {
    if (!head.has("accept-signature")) return false;
    const std::string wanted = head.field("accept-signature");
    return wanted.find(";tag=") == wanted.npos || wanted.find(";tag=\"yht\"") != wanted.npos;
}

bool isOfSignature(const base::ErrorRow& row) { return std::string_view(row.wire).starts_with("signature."); }

/// Faults of ours, and speakers and signatures that were refused: what an operator looks for.
bool worthALine(const base::ErrorRow& row) {
    if (row.code == base::ErrorCode::ClockWrong) return false;  // SignatureGuard tells when it begins and ends
    return row.fault == base::Fault::Receiver || std::string_view(row.wire).starts_with("speaker.") || isOfSignature(row);
}

/// What a request that was answered shows of its partner; records: TrialBook::sawRecords().
void noteTrial(intake::TrialBook& book, const Request& request, const Answer& answer) {
    using intake::TrialCase;
    const std::string& partner = request.partner().id;
    const std::string_view path = request.route->path;
    book.saw(partner, TrialCase::Connected);
    if (path == "/v1/attachments" && answer.status < 300) book.saw(partner, TrialCase::AttachmentSent);
    if (answer.status != 200) return;
    if (path.starts_with("/v1/tickets")) book.saw(partner, TrialCase::TicketRead);
    if (path == "/v1/receipts/{seq}") book.saw(partner, TrialCase::ReceiptFetched);
    const auto after = request.query.find("after");
    if (path == "/v1/changes" && after != request.query.end() && after->second != "0") {
        book.saw(partner, TrialCase::ChangesFollowed);
    }
}

void handOn(Request& request, Exchange& exchange) {
    request.stream_body = [&exchange](std::uint64_t bytes_max, const BodySink& sink) {
        return exchange.streamBody(bytes_max, sink);
    };
}

/// Counts a request in for as long as it is being answered.
class InFlight {
public:
    explicit InFlight(prometheus::Gauge& gauge) : gauge_(gauge) { gauge_.Increment(); }
    ~InFlight() { gauge_.Decrement(); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    prometheus::Gauge& gauge_;
};

}  // namespace

SignatureGuard::SignatureGuard(
    const base::Clock& clock, std::vector<ReadinessCheck> checks, std::function<void(const std::string&)> logger
)
    : clock_(clock),
      checks_(std::move(checks)),
      logger_(std::move(logger)),
      asked_ms_(clock.steadyMillis() - kGuardMs) {}

void SignatureGuard::tellChange(bool was_well) const {
    if (!logger_ || was_well == last_answer_.ok()) return;
    logger_(
        last_answer_.ok() ? std::string("door: signatures are judged again 恢复验签")
                          : "door: no signature is judged, signed requests get 503 暂停验签: " + base::describe(last_answer_.error())
    );
}

base::Status SignatureGuard::check() const {
    const std::lock_guard lock(mutex_);
    if (clock_.steadyMillis() - asked_ms_ < kGuardMs) return last_answer_;
    asked_ms_ = clock_.steadyMillis();
    const bool was_well = last_answer_.ok();
    last_answer_ = {};
    for (const auto& check : checks_) {
        if (!check.signatures_need_it) continue;
        last_answer_ = check.check();
        if (!last_answer_) break;
    }
    tellChange(was_well);
    return last_answer_;
}

Answer Dispatcher::answer(RouteListener listener, const RequestHead& head, Exchange& exchange)
    const {
    const InFlight in_flight(services_.metrics.inFlight());
    const auto start_ms = services_.clock.steadyMillis();
    Request request;
    request.head = head;
    // What a long answer rests on may have been taken away meanwhile: it ends, and the next request is judged anew.
    request.stopping = [this, &exchange, &request] {
        return exchange.stopping() || (request.speaker.partner != nullptr && !services_.verifier.isCurrent(request.speaker));
    };
    auto result = answerOrRefuse(request, listener, exchange);
    if (!result) {
        logFailure(request, result.error());
        holdBack(request, result.error(), exchange);
    }
    services_.troubles.endQuiet();
    Answer answer = result ? std::move(*result) : refusalOf(request, result.error());
    signWhereAsked(request, answer);
    const double seconds = static_cast<double>(services_.clock.steadyMillis() - start_ms) / 1000.0;
    services_.metrics.requestDone(
        request.route == nullptr ? kNoRoute : request.route->path, head.http.method, answer.status,
        seconds
    );
    return answer;
}

/// Told apart by route, partner and code, never by what the caller wrote: a flood of bad signatures is one trouble.
void Dispatcher::logFailure(const Request& request, const base::Error& error) const {
    const auto& row = error.row();
    if (!worthALine(row)) return;
    const std::string what = std::string("door: ") + (request.route == nullptr ? kNoRoute : request.route->path) +
                             " partner=" + (request.speaker.partner == nullptr ? "-" : request.speaker.partner->id) + ' ' + row.wire;
    services_.troubles.happened(what, what + (error.detail.empty() ? "" : " (" + error.detail + ")"));
}

/// To judge a signature costs as much as to take a record. Who is told at once that his was wrong sends the next at once, and has so many of
/// the processors as he has connections; what is right is never kept waiting.
void Dispatcher::holdBack(const Request& request, const base::Error& error, const Exchange& exchange) const {
    if (!isOfSignature(error.row()) || request.speaker.partner == nullptr) return;
    if (wrong_signatures_.add(request.speaker.partner->id) <= kWrongSignaturesPerMinuteMax) return;
    for (std::int64_t held_ms = 0; held_ms < kRefusalHeldMs && !exchange.stopping(); held_ms += kHoldStepMs)
        std::this_thread::sleep_for(std::chrono::milliseconds(kHoldStepMs));
}

Answer Dispatcher::refusalOf(const Request& request, const base::Error& error) const {
    const bool own_form = request.route != nullptr && request.route->refusal != nullptr;
    return own_form ? request.route->refusal(servicesFor(request), request, error) : problemAnswer(error);
}

base::Result<Answer> Dispatcher::answerOrRefuse(
    Request& request, RouteListener listener, Exchange& exchange
) const {
    if (listener == RouteListener::Partner) {
        auto status = settleSpeaker(request, exchange);
        if (!status && status.error().code == ErrorCode::TooManyRequests) {
            Answer answer = problemAnswer(status.error());
            answer.close = true;  // it is the connection that is one too many
            return answer;
        }
        if (!status) return status.error();
    }
    std::string allow;
    if (auto status = settleRoute(request, listener, allow); !status) {
        Answer answer = problemAnswer(status.error());
        if (!allow.empty()) answer.fields.emplace_back("allow", allow);
        return answer;
    }
    if (auto status = settleBody(request, exchange); !status) return status.error();
    auto& services = servicesFor(request);
    auto answer = request.route->handler(services, request);
    if (answer && services.trial_book != nullptr) noteTrial(*services.trial_book, request, *answer);
    return answer;
}

Services& Dispatcher::servicesFor(const Request& request) const {
    const bool in_trial = trial_ != nullptr && request.speaker.partner != nullptr &&
                          request.partner().stage == trust::Stage::JointTest;
    return in_trial ? *trial_ : services_;
}

base::Status Dispatcher::settleSpeaker(Request& request, Exchange& exchange) const {
    if (exchange.certificate().empty()) return base::makeError(ErrorCode::CertificateMissing);
    const bool fronted = request.head.http.has("client-cert") || request.head.http.has("client-cert-chain");
    if (fronted && !exchange.behindFront()) return base::makeError(ErrorCode::FrontHeaderRefused);
    auto speaker = services_.verifier.speakerOf(exchange.certificate());
    if (!speaker && speaker.error().code == ErrorCode::CertificateUnknown) {
        return services_.verifier.explainUnknown(exchange.certificateDer());
    }
    if (!speaker && speaker.error().code == ErrorCode::CertificateExpired) {
        // By a clock that is known to be wrong nothing is out of date.
        if (auto clock = services_.signature_guard.check(); !clock) return clock;
    }
    if (!speaker) return std::move(speaker).error();
    request.speaker = std::move(*speaker);
    if (!exchange.claim(request.partner().connections_max)) {
        return base::makePublicError(
            ErrorCode::TooManyRequests,
            "Too many connections under this certificate; use those that are open.",
            "该证书的并发连接数已达上限,请复用已有连接。"
        );
    }
    return {};
}

base::Status Dispatcher::settleRoute(Request& request, RouteListener listener, std::string& allow)
    const {
    // HEAD is GET without its body; connection leaves that out.
    const std::string& method = request.head.http.method;
    auto match = findRoute(table_, listener, method == "HEAD" ? "GET" : method, request.head.path);
    if (!match) return std::move(match).error();
    if (match->route == nullptr) {
        allow = match->allow;
        return base::makeError(allow.empty() ? ErrorCode::NotFound : ErrorCode::MethodNotAllowed);
    }
    auto query = parseQuery(request.head.query);
    if (!query) return std::move(query).error();
    request.route = match->route;
    request.path = std::move(match->parameters);
    request.query = std::move(*query);
    if (listener == RouteListener::Partner && !hasAnyOf(request.partner(), match->route->rights)) {
        return base::makeError(ErrorCode::RightMissing);
    }
    return {};
}

base::Status Dispatcher::settleBody(Request& request, Exchange& exchange) const {
    const RequestHead& head = request.head;
    const Route& route = *request.route;
    if (route.body == Body::Streamed) return settleStream(request, exchange);
    if (route.body == Body::Unread) return settleUnread(request, exchange);
    if (route.body != Body::None) {
        if (!head.chunked && !head.content_length)
            return base::makeError(ErrorCode::LengthRequired);
        if (head.content_length.value_or(0) > route.body_bytes_max) {
            return base::makeError(ErrorCode::BodyTooLarge);
        }
        if (route.body == Body::Json && !isJson(head.http.field("content-type")))
            return base::makeError(ErrorCode::MediaTypeUnsupported);
    }
    std::string body;
    if (head.announcesBody()) {
        auto read = exchange.readBody(route.body_bytes_max);
        if (!read) return std::move(read).error();
        body = std::move(*read);
    }
    if (route.signature == Signature::NotAsked) return {};
    if (auto status = services_.signature_guard.check(); !status) return status;
    auto message = services_.verifier.verify(head.http, std::move(body), exchange.certificate());
    if (!message) return std::move(message).error();
    request.message = std::move(*message);
    return {};
}

base::Status Dispatcher::settleStream(Request& request, Exchange& exchange) const {
    const RequestHead& head = request.head;
    YHT_ASSERT(request.route->signature == Signature::Required);
    if (!head.chunked && !head.content_length) return base::makeError(ErrorCode::LengthRequired);
    if (auto status = services_.signature_guard.check(); !status) return status;
    auto verified = services_.verifier.verifyHead(head.http, exchange.certificate());
    if (!verified) return std::move(verified).error();
    request.signed_head = std::move(*verified);
    handOn(request, exchange);
    return {};
}

base::Status Dispatcher::settleUnread(Request& request, Exchange& exchange) const {
    const RequestHead& head = request.head;
    if (!head.chunked && !head.content_length) return base::makeError(ErrorCode::LengthRequired);
    if (auto status = services_.signature_guard.check(); !status) return status;
    handOn(request, exchange);
    return {};
}

std::string Dispatcher::absoluteTarget(const Request& request) const {
    // Of our public addresses the one that the client names; never what it names itself.
    const std::string host = request.head.http.field("host");
    for (const auto& url : services_.public_base_urls) {
        if (!host.empty() && url.ends_with("://" + host)) return url + request.head.http.target_uri;
    }
    return services_.public_base_urls.empty()
               ? request.head.http.target_uri
               : services_.public_base_urls.front() + request.head.http.target_uri;
}

void Dispatcher::signWhereAsked(const Request& request, Answer& answer) const {
    if (answer.is_receipt || answer.stream || !services_.signing_key) return;
    if (!asksForSignature(request.head.http)) return;
    trust::HttpHead signed_request = request.head.http;
    signed_request.target_uri = absoluteTarget(request);
    trust::HttpHead head;
    head.status = answer.status;
    head.set("content-type", answer.content_type);
    auto status = trust::signMessage(
        head, answer.body, *services_.signing_key->current(), services_.clock.nowMillis(), &signed_request
    );
    if (!status) {
        logFailure(request, status.error());
        return;
    }
    for (auto& [name, value] : head.fields) {
        if (name != "content-type") answer.fields.emplace_back(name, std::move(value));
    }
}

}  // namespace yht::http
