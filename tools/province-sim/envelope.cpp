#include "tools/province-sim/envelope.h"

#include <algorithm>

#include "tools/province-sim/seal.h"

namespace yht::province_sim {

namespace {

bool consistsOf(const std::string& text, std::size_t min, std::size_t max, const char* alphabet) {
    return text.size() >= min && text.size() <= max &&
           text.find_first_not_of(alphabet) == std::string::npos;
}

constexpr const char* kDigits = "0123456789";
constexpr const char* kHex = "0123456789abcdefABCDEF";
constexpr const char* kWord = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
constexpr const char* kBase64 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/=";

/// What stands before SJLB when the members are in order, without white space and without escapes.
std::string expectedHead(const Envelope& e) {
    return "{\"APPID\":\"" + e.appid + "\",\"MSGID\":\"" + e.msgid + "\",\"TIMESTAMP\":\"" +
           e.timestamp + "\",\"NONCE\":\"" + e.nonce + "\",\"SIGNALG\":\"" + e.algorithm +
           "\",\"ZSZW\":\"" + e.fingerprint + "\",\"SJTS\":\"" + e.count + "\",\"SIGN\":\"" +
           e.signature + "\",\"SJLB\":";
}

}  // namespace

bool formsHold(const Envelope& e) {
    return consistsOf(e.appid, 1, 32, kWord) && consistsOf(e.msgid, 1, 64, kWord) &&
           consistsOf(e.timestamp, 14, 14, kDigits) && consistsOf(e.nonce, 16, 64, kHex) &&
           consistsOf(e.algorithm, 1, 32, kWord) && consistsOf(e.fingerprint, 64, 64, kHex) &&
           consistsOf(e.count, 1, 3, kDigits) && consistsOf(e.signature, 1, 1024, kBase64);
}

std::string Envelope::textToSign() const {
    return appid + "&" + msgid + "&" + timestamp + "&" + nonce + "&" + sha256Hex(list_bytes);
}

std::optional<Envelope> readEnvelope(const std::string& body) {
    auto document = stage::parseJson(body, stage::Numbers::AsNumbers);
    if (!document || !document->IsObject() || document->MemberCount() != 9) return std::nullopt;
    Envelope e;
    e.document = std::move(*document);
    const auto text = [&](const char* name) { return stage::textOf(e.document, name); };
    e.appid = text("APPID");
    e.msgid = text("MSGID");
    e.timestamp = text("TIMESTAMP");
    e.nonce = text("NONCE");
    e.algorithm = text("SIGNALG");
    e.fingerprint = text("ZSZW");
    e.count = text("SJTS");
    e.signature = text("SIGN");
    if (!formsHold(e)) return std::nullopt;
    const std::string head = expectedHead(e);
    // Valid JSON of nine members that begins with this head has SJLB as its last member, up to the
    // brace.
    if (!body.starts_with(head) || !body.ends_with("]}")) return std::nullopt;
    e.list_bytes = body.substr(head.size(), body.size() - head.size() - 1);
    const stage::JsonValue* list = stage::memberOf(e.document, "SJLB");
    if (list == nullptr || !list->IsArray() || list->Empty() || list->Size() > kRecordsMax)
        return std::nullopt;
    if (e.count != std::to_string(list->Size())) return std::nullopt;
    return e;
}

}  // namespace yht::province_sim
