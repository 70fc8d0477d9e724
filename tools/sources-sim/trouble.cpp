#include "tools/sources-sim/trouble.h"

#include <iconv.h>

#include <algorithm>

namespace yht::sources_sim {
namespace {

constexpr TroubleRow kTable[] = {
    {Trouble::RenamedMember, "renamed-member", "字段改名"}, {Trouble::UnknownCode, "unknown-code", "未知代码"},
    {Trouble::WrongCharset, "wrong-charset", "字符集错误"}, {Trouble::Torn, "torn", "报文残缺"},
    {Trouble::Duplicate, "duplicate", "整批重发"},          {Trouble::Reordered, "reordered", "顺序颠倒"},
    {Trouble::Silence, "silence", "静默"},
};

void replaceFirst(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    if (at != text.npos) text.replace(at, from.size(), to);
}

/// `"resultsMediation":"1"` becomes `"resultsMediation":"Q7"`.
void changeCode(std::string& body, const std::string& member) {
    const std::string before = "\"" + member + "\":\"";
    const std::size_t at = body.find(before);
    if (at == body.npos) return;
    const std::size_t begin = at + before.size();
    body.replace(begin, body.find('"', begin) - begin, "Q7");
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

std::optional<std::string> inGbk(std::string_view utf8) {
    const iconv_t converter = ::iconv_open("GB18030", "UTF-8");
    if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    std::string in(utf8), out(utf8.size() * 4 + 4, '\0');
    char* from = in.data();
    char* to = out.data();
    std::size_t from_left = in.size(), to_left = out.size();
    const std::size_t done = ::iconv(converter, &from, &from_left, &to, &to_left);
    ::iconv_close(converter);
    if (done == static_cast<std::size_t>(-1)) return std::nullopt;
    out.resize(out.size() - to_left);
    return out;
}

std::vector<Message> troubled(std::vector<Message> messages, Trouble trouble) {
    switch (trouble) {
        case Trouble::RenamedMember:
            for (Message& each : messages) {
                replaceFirst(each.body, "\"JJDBH\"", "\"JJDBH2\"");
                replaceFirst(each.body, "\"caseguid\"", "\"caseGUID\"");
            }
            break;
        case Trouble::UnknownCode:
            for (Message& each : messages) {
                changeCode(each.body, "RECEIVE");
                changeCode(each.body, "resultsMediation");
            }
            break;
        case Trouble::WrongCharset:
            for (Message& each : messages) each.body = inGbk(each.body).value_or(each.body);
            break;
        case Trouble::Torn:
            for (Message& each : messages) each.body.resize(each.body.size() / 2);
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
    }
    return messages;
}

}  // namespace yht::sources_sim
