#include "adapters/kit/pull/kept_cursor.h"

#include <charconv>

#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr std::int64_t kPagesMax = 1'000'000'000;

struct Member {
    const char* name;
    std::string KeptCursor::*text;
};
constexpr Member kMembers[] = {
    {"at", &KeptCursor::at},     {"from", &KeptCursor::from}, {"next", &KeptCursor::next},         {"seen", &KeptCursor::seen},
    {"seen_tie", &KeptCursor::seen_tie}, {"tie", &KeptCursor::tie},   {"until", &KeptCursor::until},
};

}  // namespace

base::Result<std::string> encodeCursor(const KeptCursor& cursor) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    writer.StartObject();
    for (const Member& member : kMembers) {
        const std::string& value = cursor.*member.text;
        if (value.empty()) continue;
        writer.Key(member.name);
        writer.String(value);
    }
    if (cursor.page >= 0) {
        writer.Key("page");
        writer.String(std::to_string(cursor.page));
    }
    writer.EndObject();
    if (text.GetSize() > kCursorBytesMax) return base::makeError(base::ErrorCode::PeerAnswerInvalid, "a cursor of more than 4096 bytes");
    return std::string(text.GetString(), text.GetSize());
}

base::Result<KeptCursor> decodeCursor(const std::string& text) {
    KeptCursor cursor;
    if (text.empty()) return cursor;
    auto document = json::parse(text);
    if (!document.ok() || !document->IsObject()) return base::makeError(base::ErrorCode::PeerAnswerInvalid, "a kept cursor that can't be read");
    for (const Member& member : kMembers) cursor.*member.text = json::textMember(*document, member.name);
    const std::string page = json::textMember(*document, "page");
    if (!page.empty()) std::from_chars(page.data(), page.data() + page.size(), cursor.page);
    if (cursor.page < 0 || cursor.page > kPagesMax) cursor.page = -1;  // no window of ours: it begins anew
    return cursor;
}

}  // namespace yht::kit
