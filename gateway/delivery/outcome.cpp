#include "gateway/delivery/outcome.h"

#include <charconv>

#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"

namespace yht::delivery {

namespace {

constexpr const char* kOutcomeFormat = "yht-outcome-1";
constexpr const char* kExchangeFormat = "yht-exchange-1";

/// Writes one object; the caller names members in RFC 8785 order.
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
    void raw(const char* name) {
        if (!first_) out_ += ',';
        first_ = false;
        json::appendCanonicalString(out_, name);
        out_ += ':';
    }
    void text(const char* name, const std::string& value) {
        raw(name);
        // A far side's text need not be UTF-8; the payload must.
        json::appendCanonicalString(
            out_, base::countCodePoints(value) ? value : base::toHex(value)
        );
    }
    void number(const char* name, std::uint64_t value) { text(name, std::to_string(value)); }
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

void writeFields(std::string& out, const std::vector<base::FieldError>& fields) {
    out += '[';
    const auto bounded = [](const std::string& text) {
        if (!base::countCodePoints(text))
            return base::toHex(text).substr(0, kFieldTextCodePointsMax);
        return std::string(base::prefixByCodePoints(text, kFieldTextCodePointsMax));
    };
    for (std::size_t i = 0; i < fields.size() && i < kFieldErrorsMax; ++i) {
        if (i > 0) out += ',';
        ObjectWriter field(out);
        field.text("code", bounded(fields[i].code));
        field.text("en", bounded(fields[i].en));
        field.text("limit", bounded(fields[i].limit));
        field.text("pointer", bounded(fields[i].pointer));
        field.text("zh", bounded(fields[i].zh));
        field.end();
    }
    out += ']';
}

void writeExchange(std::string& out, const Exchange& exchange) {
    ObjectWriter object(out);
    object.number("request_bytes", exchange.request_size_bytes);
    object.text("request_sha256", base::toHex(exchange.request_sha256));
    object.text("response", base::toBase64(exchange.response));
    object.text("response_sha256", base::toHex(exchange.response_sha256));
    object.end();
}

void writeTimes(std::string& out, const FiveTimes& times) {
    ObjectWriter object(out);
    object.text("acknowledged", std::to_string(times.acknowledged_ms));
    object.text("committed", std::to_string(times.committed_ms));
    object.text("event", std::to_string(times.event_ms));
    object.text("received", std::to_string(times.received_ms));
    object.text("sent", std::to_string(times.sent_ms));
    object.end();
}

template <class Integer>
Integer integerOf(std::string_view text) {
    Integer value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

template <class Integer>
Integer integerMember(const rapidjson::Value& object, const char* name) {
    return integerOf<Integer>(json::textMember(object, name));
}

std::vector<base::FieldError> readFields(const rapidjson::Value& object) {
    std::vector<base::FieldError> fields;
    const rapidjson::Value* list = json::findMember(object, "fields");
    if (list == nullptr || !list->IsArray()) return fields;
    for (const auto& item : list->GetArray()) {
        if (!item.IsObject()) continue;
        fields.push_back(
            {.pointer = json::textMember(item, "pointer"),
             .code = json::textMember(item, "code"),
             .limit = json::textMember(item, "limit"),
             .en = json::textMember(item, "en"),
             .zh = json::textMember(item, "zh")}
        );
    }
    return fields;
}

std::optional<Exchange> readExchange(const rapidjson::Value& object) {
    const rapidjson::Value* member = json::findMember(object, "exchange");
    if (member == nullptr || !member->IsObject()) return std::nullopt;
    const auto request = base::fromHex(json::textMember(*member, "request_sha256"));
    const auto response = base::fromBase64(json::textMember(*member, "response"));
    const auto digest = base::fromHex(json::textMember(*member, "response_sha256"));
    if (!request || !response || !digest) return std::nullopt;
    return Exchange{
        .request_size_bytes = integerMember<std::uint64_t>(*member, "request_bytes"),
        .request_sha256 = *request,
        .response = *response,
        .response_sha256 = *digest};
}

FiveTimes readTimes(const rapidjson::Value& object) {
    FiveTimes times;
    const rapidjson::Value* member = json::findMember(object, "times");
    if (member == nullptr || !member->IsObject()) return times;
    times.acknowledged_ms = integerMember<base::UnixMillis>(*member, "acknowledged");
    times.committed_ms = integerMember<base::UnixMillis>(*member, "committed");
    times.event_ms = integerMember<base::UnixMillis>(*member, "event");
    times.received_ms = integerMember<base::UnixMillis>(*member, "received");
    times.sent_ms = integerMember<base::UnixMillis>(*member, "sent");
    return times;
}

base::Error corrupt(const char* what) {
    return base::makeError(base::ErrorCode::LedgerCorrupt, what);
}

/// The document, if it is an object of that format.
base::Result<rapidjson::Document> openPayload(std::string_view payload, const char* format) {
    auto document = json::parse(payload);
    if (!document.ok() || !document->IsObject())
        return corrupt("outcome payload is no JSON object");
    if (json::textMember(*document, "format") != format) {
        return corrupt("outcome payload of another format");
    }
    return document;
}

std::optional<Verdict> findVerdict(const std::string& name) {
    for (const Verdict verdict :
         {Verdict::Accepted, Verdict::Duplicate, Verdict::Refused, Verdict::Unmappable,
          Verdict::Stale, Verdict::Withheld}) {
        if (name == verdictName(verdict)) return verdict;
    }
    return std::nullopt;
}

}  // namespace

const char* verdictName(Verdict verdict) {
    switch (verdict) {
        case Verdict::Accepted:
            return "accepted";
        case Verdict::Duplicate:
            return "duplicate";
        case Verdict::Refused:
            return "refused";
        case Verdict::Unmappable:
            return "unmappable";
        case Verdict::Stale:
            return "stale";
        case Verdict::Withheld:
            return "withheld";
    }
    return "?";
}

Exchange makeExchange(base::BytesView request, base::BytesView response) {
    return {
        .request_size_bytes = request.size(),
        .request_sha256 = crypto::sha256(request),
        .response = response.size() <= kResponseBytesMax ? base::Bytes(response) : base::Bytes(),
        .response_sha256 = crypto::sha256(response)};
}

std::string encodeOutcome(const Outcome& outcome) {
    std::string out;
    ObjectWriter object(out);
    object.text("answer", verdictName(outcome.verdict));
    object.text("batch_id", outcome.batch_id);
    object.text("code", outcome.code);
    object.text("destination", outcome.destination);
    if (outcome.exchange) {
        object.raw("exchange");
        writeExchange(out, *outcome.exchange);
    }
    if (outcome.exchange_seq != 0) object.number("exchange_seq", outcome.exchange_seq);
    object.raw("fields");
    writeFields(out, outcome.fields);
    if (!outcome.finding.empty()) object.text("finding", outcome.finding);
    object.text("format", kOutcomeFormat);
    object.text("kind", ticket::kindRow(outcome.kind).name);
    object.text("late", outcome.late ? "true" : "false");
    object.text("peer_number", outcome.peer_number);
    object.text("peer_receipt", base::toBase64(outcome.peer_receipt));
    object.number("record_seq", outcome.record_seq);
    object.raw("supersedes");
    out += '[';
    for (std::size_t i = 0; i < outcome.supersedes.size(); ++i) {
        out += (i > 0 ? ",\"" : "\"") + std::to_string(outcome.supersedes[i]) + '"';
    }
    out += ']';
    object.raw("times");
    writeTimes(out, outcome.times);
    object.end();
    return out;
}

base::Result<Outcome> decodeOutcome(std::string_view payload) {
    auto document = openPayload(payload, kOutcomeFormat);
    if (!document.ok()) return document.error();
    const rapidjson::Value& object = *document;
    const auto verdict = findVerdict(json::textMember(object, "answer"));
    const auto kind = ticket::findKind(json::textMember(object, "kind"));
    const auto receipt = base::fromBase64(json::textMember(object, "peer_receipt"));
    if (!verdict || !kind || !receipt) return corrupt("outcome payload with an unknown value");
    Outcome outcome;
    outcome.verdict = *verdict;
    outcome.destination = json::textMember(object, "destination");
    outcome.batch_id = json::textMember(object, "batch_id");
    outcome.record_seq = integerMember<ledger::Seq>(object, "record_seq");
    outcome.kind = *kind;
    outcome.late = json::textMember(object, "late") == "true";
    outcome.code = json::textMember(object, "code");
    outcome.finding = json::textMember(object, "finding");
    outcome.peer_number = json::textMember(object, "peer_number");
    outcome.peer_receipt = *receipt;
    outcome.fields = readFields(object);
    outcome.times = readTimes(object);
    outcome.exchange = readExchange(object);
    outcome.exchange_seq = integerMember<ledger::Seq>(object, "exchange_seq");
    if (const auto* list = json::findMember(object, "supersedes");
        list != nullptr && list->IsArray()) {
        for (const auto& item : list->GetArray()) {
            if (!item.IsString()) continue;
            outcome.supersedes.push_back(integerOf<ledger::Seq>(item.GetString()));
        }
    }
    return outcome;
}

std::string encodeSharedExchange(const SharedExchange& shared) {
    std::string out;
    ObjectWriter object(out);
    object.text("batch_id", shared.batch_id);
    object.text("destination", shared.destination);
    object.raw("exchange");
    writeExchange(out, shared.exchange);
    object.text("format", kExchangeFormat);
    object.end();
    return out;
}

base::Result<SharedExchange> decodeSharedExchange(std::string_view payload) {
    auto document = openPayload(payload, kExchangeFormat);
    if (!document.ok()) return document.error();
    const auto exchange = readExchange(*document);
    if (!exchange) return corrupt("exchange payload without its exchange");
    return SharedExchange{
        .destination = json::textMember(*document, "destination"),
        .batch_id = json::textMember(*document, "batch_id"),
        .exchange = *exchange};
}

std::string encodeDeadReason(const DeadReason& reason) {
    std::string out;
    ObjectWriter object(out);
    object.text("code", reason.code);
    object.raw("fields");
    writeFields(out, reason.fields);
    object.text("peer_code", reason.peer_code);
    object.end();
    return out;
}

DeadReason decodeDeadReason(const std::string& text) {
    const auto document = json::parse(text);
    if (!document.ok() || !document->IsObject())
        return {.code = text, .peer_code = {}, .fields = {}};
    return {
        .code = json::textMember(*document, "code"),
        .peer_code = json::textMember(*document, "peer_code"),
        .fields = readFields(*document)};
}

}  // namespace yht::delivery
