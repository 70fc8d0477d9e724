#include "tools/province-sim/file_message.h"

#include <algorithm>
#include <array>

#include "gateway/base/bytes.h"
#include "tools/province-sim/checker.h"
#include "tools/province-sim/books.h"
#include "tools/province-sim/charset_bytes.h"
#include "tools/province-sim/seal.h"

namespace yht::province_sim {

namespace {

constexpr std::array kMembers = {"APPID", "MSGID", "TIMESTAMP", "NONCE", "SIGNALG", "ZSZW",
                                 "FJZY",  "MTLX",  "WJM",       "ZJS",   "SIGN",    "NR"};
constexpr std::array kTypes = {"image/jpeg", "image/png", "image/gif", "application/pdf", "audio/mpeg", "audio/wav"};
constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kSizeDigitsMax = 12;

bool inOrder(const stage::JsonValue& document) {
    return document.IsObject() && document.MemberCount() == kMembers.size() &&
           std::equal(kMembers.begin(), kMembers.end(), document.MemberBegin(), [](const char* name, const auto& member) {
               return std::string_view(member.name.GetString(), member.name.GetStringLength()) == name &&
                      member.value.IsString();
           });
}

}  // namespace

std::string FileMessage::textToSign() const {
    const Envelope& e = envelope;
    return e.appid + "&" + e.msgid + "&" + e.timestamp + "&" + e.nonce + "&" + digest + "&" + media_type + "&" + size;
}

std::string FileMessage::fault() const {
    if (std::find(kTypes.begin(), kTypes.end(), media_type) == kTypes.end()) return "2002";
    if (content.size() > kFileBytesMax) return "2003";
    const auto name_bytes = gbkBytes(name);
    if (!name_bytes || name.empty()) return "2004";
    if (*name_bytes > kNameBytesMax) return "2003";
    return digest == sha256Hex(content) && size == std::to_string(content.size()) ? "" : "2004";
}

std::optional<FileMessage> readFileMessage(const std::string& body) {
    auto document = stage::parseJson(body, stage::Numbers::AsNumbers);
    if (!document || !inOrder(*document)) return std::nullopt;
    const auto text = [&](const char* name) { return stage::textOf(*document, name); };
    FileMessage message;
    Envelope& e = message.envelope;
    e.appid = text("APPID");
    e.msgid = text("MSGID");
    e.timestamp = text("TIMESTAMP");
    e.nonce = text("NONCE");
    e.algorithm = text("SIGNALG");
    e.fingerprint = text("ZSZW");
    e.count = "1";
    e.signature = text("SIGN");
    if (!formsHold(e)) return std::nullopt;
    message.digest = text("FJZY");
    message.media_type = text("MTLX");
    message.name = text("WJM");
    message.size = text("ZJS");
    auto content = base::fromBase64(text("NR"));
    if (!content || content->empty() || !isNumber(message.size, kSizeDigitsMax)) return std::nullopt;
    message.content = *std::move(content);
    return message;
}

}  // namespace yht::province_sim
