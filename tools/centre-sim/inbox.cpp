#include "tools/centre-sim/inbox.h"

#include <charconv>
#include <stdexcept>

#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "tools/stage/process.h"

namespace yht::centre_sim {

namespace {

using stage::HttpAnswer;

HttpAnswer say(int status, const std::string& code, std::int64_t retry_after_s = 0) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = "{\"code\":\"" + code + "\"}";
    if (retry_after_s > 0) answer.fields.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
}

trust::HttpHead headOf(const stage::HttpRequest& request) {
    trust::HttpHead head;
    head.method = request.method;
    head.target_uri = request.target;
    head.fields = request.fields;
    return head;
}

/// What one item of the body asks for; `wrong` where it can't be read.
struct Item {
    std::string seq;
    std::optional<Delivered> delivered;
    std::optional<stage::Refusal> refusal;
};

std::optional<Item> readItem(const rapidjson::Value& value, stage::Misbehaviour& misbehaviour) {
    if (!value.IsObject()) return std::nullopt;
    Item item;
    item.seq = json::textMember(value, "seq");
    Delivered delivered;
    const auto [end, error] =
        std::from_chars(item.seq.data(), item.seq.data() + item.seq.size(), delivered.seq);
    const auto record = value.FindMember("record");
    const bool fits = error == std::errc{} && end == item.seq.data() + item.seq.size() &&
                      record != value.MemberEnd() && record->value.IsObject();
    if (!fits) return std::nullopt;
    delivered.ticket_no = json::textMember(value, "ticket_no");
    delivered.json = json::write(record->value);
    const auto information = value.FindMember("for_information");
    delivered.for_information = information != value.MemberEnd() && information->value.IsBool() && information->value.GetBool();
    item.refusal = misbehaviour.nextRefusal(record->value);
    if (!item.refusal) item.delivered = std::move(delivered);
    return item;
}

/// nullopt where the body is not a list of 1 to kItemsMax items.
std::optional<std::vector<Item>> readItems(
    const std::string& body, stage::Misbehaviour& misbehaviour
) {
    const auto document = json::parse(body);
    if (!document || !document->IsArray() || document->Empty() || document->Size() > kItemsMax)
        return std::nullopt;
    std::vector<Item> items;
    for (const auto& value : document->GetArray()) {
        auto item = readItem(value, misbehaviour);
        if (!item) return std::nullopt;
        items.push_back(std::move(*item));
    }
    return items;
}

void writeRefusal(stage::JsonWriter& writer, const stage::Refusal& refusal) {
    const bool later = refusal.code == "later";
    stage::writeText(writer, "status", later ? "later" : "refused");
    stage::writeText(writer, "code", refusal.code.empty() ? "refused_by_command" : refusal.code);
    if (later || refusal.field.empty()) return;
    writer.Key("errors");
    writer.StartArray();
    writer.StartObject();
    stage::writeText(writer, "pointer", "/" + refusal.field);
    stage::writeText(writer, "code", "refused_by_command");
    writer.EndObject();
    writer.EndArray();
}

std::string answerOf(
    const std::vector<Item>& items, const std::vector<std::optional<Desk::Receipt>>& receipts
) {
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    writer.StartObject();
    writer.Key("items");
    writer.StartArray();
    for (std::size_t i = 0; i < items.size(); ++i) {
        writer.StartObject();
        stage::writeText(writer, "seq", items[i].seq);
        if (items[i].refusal) {
            writeRefusal(writer, *items[i].refusal);
        } else {
            stage::writeText(writer, "status", receipts[i]->taken == Desk::Taken::New ? "accepted" : "duplicate");
            if (!receipts[i]->number.empty()) stage::writeText(writer, "number", receipts[i]->number);
        }
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return buffer.GetString();
}

}  // namespace

std::shared_ptr<const trust::TrustSnapshot> registryOf(const std::string& certificate_pem_path) {
    const auto file = stage::readFile(certificate_pem_path);
    if (!file.ok) throw std::runtime_error("can't read " + certificate_pem_path);
    auto certificate = crypto::Certificate::fromPem(file.text);
    if (!certificate) throw std::runtime_error(base::describe(certificate.error()));
    trust::Partner gateway;
    gateway.id = "gateway";
    gateway.stage = trust::Stage::Live;
    const auto algorithm = certificate->publicKey().defaultAlgorithm();
    gateway.certificates.push_back({.certificate = std::move(*certificate), .algorithm = algorithm}
    );
    return std::make_shared<const trust::TrustSnapshot>(
        std::vector{std::move(gateway)}, std::vector<trust::Source>{}
    );
}

Inbox::Inbox(
    const InboxOptions& options, const trust::TrustHolder& gateway, trust::SigningKey key,
    Desk& desk, stage::Misbehaviour& misbehaviour, const base::Clock& clock
)
    : path_(options.path),
      verifier_(gateway, clock, {.public_base_urls = options.public_base_urls}),
      key_(std::move(key)),
      desk_(desk),
      misbehaviour_(misbehaviour),
      clock_(clock) {}

/// The gateway's own POST /v1/attachments, as far as a centre needs it: no types, no ranges.
HttpAnswer Inbox::handleAttachment(const stage::HttpRequest& request) {
    if (request.method != "POST") return say(405, "method_not_allowed");
    if (misbehaviour_.down()) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    if (const int status = attachments_status_; status != 0) return say(status, "refused_by_command");
    const trust::HttpHead head = headOf(request);
    // Checks Content-Digest, and who signed it.
    const auto verified = verifier_.verify(
        head, request.body, base::toHex(crypto::sha256(request.peer_certificate_der))
    );
    if (!verified) return say(verified.error().row().http_status, verified.error().row().wire);
    const auto digest = base::toHex(crypto::sha256(request.body));
    const auto taken =
        desk_.takeAttachment({digest, request.field("content-type"), request.body});
    const std::string body = R"({"digest":")" + digest + R"(","size_bytes":")" +
                             std::to_string(request.body.size()) + R"("})";
    return sign(request, head, body, {}, taken == Desk::Taken::New ? 201 : 200);
}

HttpAnswer Inbox::handle(const stage::HttpRequest& request) {
    if (request.path == kAttachmentsPath) return handleAttachment(request);
    if (request.path != path_) return say(404, "not_found");
    if (request.method != "POST") return say(405, "method_not_allowed");
    if (misbehaviour_.down()) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    const stage::Mischief mischief = misbehaviour_.next();
    misbehaviour_.pause(mischief.slow_ms);
    if (mischief.fail500) return say(500, "failed_by_command");
    if (mischief.busy429) return say(429, "busy", mischief.retry_after_s);
    if (mischief.busy503 || mischief.maintenance) return say(503, "busy", mischief.retry_after_s);
    if (mischief.cut_before_commit) return HttpAnswer{.ending = stage::Ending::CloseUnanswered};
    if (!mischief.refuse_code.empty()) return say(422, mischief.refuse_code);
    const trust::HttpHead head = headOf(request);
    const auto verified = verifier_.verify(
        head, request.body, base::toHex(crypto::sha256(request.peer_certificate_der))
    );
    if (!verified) return say(verified.error().row().http_status, verified.error().row().wire);
    return take(request, head, request.body, mischief);
}

HttpAnswer Inbox::take(
    const stage::HttpRequest& request, const trust::HttpHead& head, const std::string& body,
    const stage::Mischief& mischief
) {
    const auto items = readItems(body, misbehaviour_);
    if (!items) return say(400, "request_malformed");
    std::vector<std::optional<Delivered>> delivered;
    for (const Item& item : *items) delivered.push_back(item.delivered);
    const auto receipts = desk_.take(delivered);
    HttpAnswer answer = sign(request, head, answerOf(*items, receipts), mischief);
    if (mischief.cut_after_commit) answer.ending = stage::Ending::CutMidAnswer;
    return answer;
}

HttpAnswer Inbox::sign(
    const stage::HttpRequest& request, const trust::HttpHead& request_head, std::string body,
    const stage::Mischief& mischief, int status
) {
    HttpAnswer answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = std::move(body);
    if (mischief.unsigned_answer) return answer;
    // The sender signed an absolute URI; the verifier found it under our names, the Host field's
    // first.
    trust::HttpHead asked = request_head;
    asked.target_uri = "https://" + request.field("host") + request.target;
    trust::HttpHead head;
    head.status = answer.status;
    head.set("content-type", answer.content_type);
    const std::string signed_body = mischief.wrong_signature ? answer.body + " " : answer.body;
    const auto done = trust::signMessage(head, signed_body, key_, clock_.nowMillis(), &asked);
    if (!done) throw std::runtime_error(base::describe(done.error()));
    for (const auto& [name, value] : head.fields)
        if (name != "content-type") answer.fields.emplace_back(name, value);
    return answer;
}

}  // namespace yht::centre_sim
