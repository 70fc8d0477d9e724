#include "gateway/intake/channels/channel_desk.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "gateway/intake/http/problem.h"

namespace yht::channels {
namespace {

using base::ErrorCode;
using Message = kit::EndpointRules::Message;

constexpr std::size_t kQueryBytesMax = http::kTargetBytesMax;
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

bool asksForWsdl(const http::RequestHead& head) {
    std::string query = head.query;
    std::transform(query.begin(), query.end(), query.begin(), [](unsigned char c) { return std::tolower(c); });
    return head.http.method == "GET" && query == "wsdl";
}

http::Answer wsdlAnswer(const kit::EndpointRules& rules) {
    http::Answer answer;
    answer.content_type = "text/xml; charset=utf-8";
    answer.body = rules.soap.wsdl;
    return answer;
}

bool takesMethod(const kit::EndpointRules& rules, const std::string& method) {
    return std::find(rules.methods.begin(), rules.methods.end(), method) != rules.methods.end();
}

http::Answer wrongMethod(const kit::EndpointRules& rules) {
    http::Answer answer = http::problemAnswer(base::makeError(ErrorCode::MethodNotAllowed));
    std::string allow;
    for (const auto& method : rules.methods) allow += (allow.empty() ? "" : ", ") + method;
    answer.fields.emplace_back("allow", allow);
    return answer;
}

std::string lastSegment(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Counts a call in for as long as it is read and answered.
class Seat {
public:
    Seat(ChannelGuard& guard, std::string source) : guard_(guard), source_(std::move(source)), taken_(guard_.enter(source_)) {}
    ~Seat() {
        if (taken_) guard_.leave(source_);
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    bool taken() const { return taken_; }

private:
    ChannelGuard& guard_;
    const std::string source_;
    const bool taken_;
};

base::Error tooMany() {
    return base::makePublicError(
        ErrorCode::TooManyRequests, "Too many calls of this source; call again later.", "该来源调用过多,请稍后重试。"
    );
}

base::Error wrongOperation() {
    return base::makePublicError(
        ErrorCode::RequestMalformed, "The body is no SOAP call of an operation that this address has.",
        "请求体不是该地址所提供操作的 SOAP 调用。"
    );
}

}  // namespace

struct ChannelDesk::Call {
    const http::RequestHead& head;
    http::Exchange& exchange;
    std::shared_ptr<const ChannelTable> table;  // keeps `channel` alive
    const Channel* channel;
    std::string body;
    std::vector<std::pair<std::string, std::string>> query;
    std::optional<CallMembers> members;

    const kit::EndpointRules& rules() const { return *channel->rules; }
    trust::ChannelCall verifiable() {
        return {.head = head.http, .path = channel->path, .body = body, .address = exchange.peerAddress(),
                .certificate = exchange.certificate(), .query = query,
                .members = members ? members->top() : decltype(query){},
                .member = [this](const std::string& path) { return members ? members->text(path) : std::nullopt; }};
    }
};

ChannelDesk::ChannelDesk(DeskParts parts)
    : parts_(std::move(parts)),
      guard_(parts_.clock, parts_.at_once_max),
      troubles_(base::TroubleKind::Event, parts_.clock, parts_.logger),
      calls_(prometheus::BuildCounter()
                 .Name("yht_channel_calls")
                 .Help("Calls at endpoints that products declare, by source and by what the caller was told.")
                 .Register(parts_.registry)) {}

void ChannelDesk::count(const Channel* channel, const char* outcome) {
    const std::string source = channel == nullptr ? "none" : channel->adapter->manifest().id;
    calls_.Add({{"source", source}, {"outcome", outcome}}).Increment();
}

http::Answer ChannelDesk::answer(const http::RequestHead& head, http::Exchange& exchange) {
    Call call{head, exchange, parts_.tables.current(), nullptr, {}, {}, {}};
    call.channel = call.table->find(head.path);
    if (call.channel == nullptr) {
        count(nullptr, "not_found");
        return http::problemAnswer(base::makeError(ErrorCode::NotFound));
    }
    return answerOwned(call);
}

http::Answer ChannelDesk::answerOwned(Call& call) {
    const std::string address = call.exchange.peerAddress();
    const std::string& source = call.channel->adapter->manifest().id;
    if (call.rules().is_soap && !call.rules().soap.wsdl.empty() && asksForWsdl(call.head)) {
        const auto& networks = call.rules().caller.addresses;
        const bool near = networks.empty() || std::any_of(networks.begin(), networks.end(), [&](const auto& range) {
            return range.holds(address);
        });
        count(call.channel, near ? "wsdl" : "not_found");
        return near ? wsdlAnswer(call.rules()) : http::problemAnswer(base::makeError(ErrorCode::NotFound));
    }
    if (!takesMethod(call.rules(), call.head.http.method)) {
        count(call.channel, "wrong_method");
        return wrongMethod(call.rules());
    }
    const auto turn_ms = guard_.turnMs(address, call.channel->caller.endpoint);
    if (!turn_ms) return reply(call, tooMany());
    // Before anything is read of it, and in no seat: who waits takes nothing from anybody but its own connection.
    std::this_thread::sleep_for(std::chrono::milliseconds(*turn_ms));
    const Seat seat(guard_, source);
    if (!seat.taken()) return reply(call, tooMany());
    return reply(call, take(call));
}

base::Result<intake::SourceSubmission> ChannelDesk::take(Call& call) {
    if (auto read = readBody(call); !read) return std::move(read).error();
    auto message = messageOf(call);
    if (!message) return std::move(message).error();
    auto verified = verify(call, *std::move(message));
    if (!verified) {
        countWrong(call, verified.error());
        return std::move(verified).error();
    }
    const kit::EndpointRules& rules = call.rules();
    if (!guard_.mayCall(call.channel->caller.endpoint, static_cast<std::size_t>(rules.requests_per_minute))) return tooMany();
    intake::SourceMessageContext context;
    context.file_name = lastSegment(call.channel->path);
    if (rules.is_soap) {
        const std::string operation = call.members->operation();
        const auto& known = rules.soap.operations;
        if (std::find(known.begin(), known.end(), operation) == known.end()) return wrongOperation();
        context.file_name = operation;
    }
    context.content_type = rules.content_type;
    if (context.content_type.empty() && rules.message == Message::Query) context.content_type = kFormType;
    if (context.content_type.empty() && rules.message == Message::Body) {
        context.content_type = call.head.http.field("content-type");
    }
    const bool in_trial = verified->speaker().stage == trust::Stage::JointTest && parts_.trial != nullptr;
    intake::SourceMessages& messages = in_trial ? *parts_.trial : parts_.live;
    return messages.submitMessage(*verified, *call.channel->adapter, context);
}

base::Status ChannelDesk::readBody(Call& call) {
    const kit::EndpointRules& rules = call.rules();
    if (call.head.query.size() > kQueryBytesMax) return base::makeError(ErrorCode::RequestMalformed);
    auto query = formFields(call.head.query, "UTF-8");
    if (!query) return base::makeError(ErrorCode::RequestMalformed, "the query can't be read");
    call.query = *std::move(query);
    if (call.head.content_length.value_or(0) > rules.body_bytes_max) return base::makeError(ErrorCode::BodyTooLarge);
    if (call.head.announcesBody()) {
        auto body = call.exchange.readBody(rules.body_bytes_max);
        if (!body) return std::move(body).error();
        call.body = *std::move(body);
    }
    call.members.emplace(rules, call.channel->adapter->manifest(), call.head.http, call.body);
    return {};
}

/// What the adapter is to read.
base::Result<std::string> ChannelDesk::messageOf(Call& call) {
    const kit::EndpointRules& rules = call.rules();
    if (rules.message == Message::Query) return call.head.query;
    if (rules.message == Message::Body) return call.body;
    auto text = call.members->text(rules.form_field);
    if (text) return *std::move(text);
    return base::makePublicError(
        ErrorCode::RequestMalformed, "The form has no field of the name that holds the message.", "表单中没有承载报文的字段。"
    );
}

base::Result<trust::VerifiedMessage> ChannelDesk::verify(Call& call, std::string message) {
    const auto& signature = call.rules().caller.signature;
    if (signature && signature->time) {
        if (auto clock = parts_.signature_guard.check(); !clock) return std::move(clock).error();
    }
    return parts_.verifier.verify(call.channel->caller, call.verifiable(), std::move(message));
}

/// Wrong proofs are counted by address and endpoint. The log has the first of a minute and the one that makes others take turns.
void ChannelDesk::countWrong(const Call& call, const base::Error& error) {
    if (caseOf(error) != kit::ReplyCase::Unauthorized) return;
    const std::string address = call.exchange.peerAddress();
    const std::string& endpoint = call.channel->caller.endpoint;
    const ChannelGuard::Wrong wrong = guard_.countWrong(address, endpoint);
    if (!parts_.logger || (wrong.count != 1 && !wrong.slows)) return;
    parts_.logger(
        "channels: " + endpoint + " from=" + address + ' ' + error.row().wire +
        (error.detail.empty() ? "" : " (" + error.detail + ")") +
        (wrong.slows ? ": its calls take turns for a minute 一分钟内逐个限速受理" : "")
    );
}

http::Answer ChannelDesk::reply(Call& call, const base::Result<intake::SourceSubmission>& result) {
    ReplyFacts facts;
    facts.reply_case = result ? caseOf(result->account) : caseOf(result.error());
    facts.submission = result ? &*result : nullptr;
    facts.error = result ? nullptr : &result.error();
    facts.now_ms = parts_.clock.nowMillis();
    if (call.rules().is_soap && call.members) {
        const std::string operation = call.members->operation();
        const auto& known = call.rules().soap.operations;
        // A name that is not ours is not written back.
        if (std::find(known.begin(), known.end(), operation) != known.end()) facts.operation = operation;
        facts.soap_version = call.members->soapVersion();
    }
    facts.request = [&](const trust::Place& place) {
        return trust::textAt(call.verifiable(), place).value_or(std::string());
    };
    count(call.channel, kit::replyCaseName(facts.reply_case));
    if (!result && result.error().row().fault == base::Fault::Receiver) {
        const std::string what = "channels: " + call.channel->caller.endpoint + ' ';
        troubles_.happened(what + result.error().row().wire, what + base::describe(result.error()));
    }
    troubles_.endQuiet();
    return makeReply(call.rules(), facts);
}

}  // namespace yht::channels
