#include "tools/sources-sim/trouble.h"

#include <algorithm>

#include "tools/sources-sim/charset.h"

namespace yht::sources_sim {
namespace {

constexpr TroubleRow kTable[] = {
    {Trouble::RenamedMember, "renamed-member", "字段改名"}, {Trouble::UnknownCode, "unknown-code", "未知代码"},
    {Trouble::Duplicate, "duplicate", "整批重发"},          {Trouble::Reordered, "reordered", "顺序颠倒"},
    {Trouble::Silence, "silence", "静默"},                  {Trouble::WrongCharset, "wrong-charset", "字符集错误"},
    {Trouble::Torn, "torn", "报文残缺"},
};
constexpr const char* kUnknownCode = "Q7";

void apply(const Shape& shape, std::vector<Message>& messages, Trouble trouble) {
    switch (trouble) {
        case Trouble::RenamedMember:
            for (Message& each : messages) {
                if (Member* number = each.find(shape.number)) number->name = shape.renamed;
            }
            break;
        case Trouble::UnknownCode:
            for (Message& each : messages) {
                for (const char* code : shape.codes) {
                    Member* member = each.find(code);
                    if (member != nullptr && !member->text.empty()) *member = {code, kUnknownCode};
                }
            }
            break;
        case Trouble::Duplicate: {
            const std::vector<Message> again = messages;
            messages.insert(messages.end(), again.begin(), again.end());
            break;
        }
        case Trouble::Reordered:
            std::reverse(messages.begin(), messages.end());
            break;
        case Trouble::Silence:
            messages.clear();
            break;
        case Trouble::WrongCharset:
        case Trouble::Torn:
            break;  // of bytes
    }
}

}  // namespace

std::span<const TroubleRow> troubleTable() {
    return kTable;
}

std::optional<Trouble> findTrouble(std::string_view name) {
    for (const auto& row : kTable) {
        if (name == row.name) return row.trouble;
    }
    return std::nullopt;
}

bool has(const Troubles& troubles, Trouble trouble) {
    return std::find(troubles.begin(), troubles.end(), trouble) != troubles.end();
}

std::vector<Message> said(const Shape& shape, const ShapeOptions& options, const Troubles& troubles) {
    std::vector<Message> messages = shape.say(options);
    for (const Trouble each : troubles) apply(shape, messages, each);
    return messages;
}

std::string written(const Shape& shape, std::string_view utf8, const Troubles& troubles) {
    const bool gbk = shape.gbk != has(troubles, Trouble::WrongCharset);
    std::string bytes = gbk ? inGbk(utf8).value_or(std::string(utf8)) : std::string(utf8);
    if (!has(troubles, Trouble::Torn)) return bytes;
    std::size_t half = bytes.size() / 2;
    // A text of UTF-8 is cut between characters: a wrong charset is another trouble.
    while (!gbk && half > 0 && (static_cast<unsigned char>(bytes[half]) & 0xC0) == 0x80) --half;
    return bytes.substr(0, half);
}

}  // namespace yht::sources_sim
