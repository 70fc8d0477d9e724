#include "gateway/ticket/codes.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/assert.h"
#include "gateway/base/time_text.h"

namespace yht::ticket {
namespace {

constexpr CodeListRow kLists[] = {
#define YHT_CODE_LIST(list, number, zh, en) {list, number, zh, en},
#define YHT_CODE(...)
#include "gateway/ticket/codes.def"
#undef YHT_CODE_LIST
#undef YHT_CODE
};

base::UnixMillis dayStart(std::string_view day) {
    const auto civil = base::parseCivil(day, "%Y-%m-%d");
    YHT_ASSERT(civil.has_value());
    const auto start = base::fromCivil(*civil, base::kShanghaiOffsetSeconds);
    YHT_ASSERT(start.has_value());
    return *start;
}

/// Rows with their dates worked out, kept together by list (codes.def writes them so).
struct Tables {
    std::vector<CodeRow> rows = {
#define YHT_CODE_LIST(...)
#define YHT_CODE(list, code, zh, en, from, to, successor) {list, code, zh, en, from, to, successor},
#include "gateway/ticket/codes.def"
#undef YHT_CODE_LIST
#undef YHT_CODE
    };
    std::map<std::string_view, std::span<const CodeRow>> lists;

    Tables() {
        for (auto& row : rows) {
            if (*row.valid_from != '\0') row.from_ms = dayStart(row.valid_from);
            if (*row.valid_to != '\0') row.end_ms = dayStart(row.valid_to) + 86'400'000;
        }
        for (std::size_t begin = 0; begin < rows.size();) {
            std::size_t end = begin;
            while (end < rows.size() && std::string_view(rows[end].list) == rows[begin].list) ++end;
            const bool is_new =
                lists.try_emplace(rows[begin].list, &rows[begin], end - begin).second;
            YHT_ASSERT(is_new);
            begin = end;
        }
    }
};

const Tables& tables() {
    static const Tables tables;
    return tables;
}

}  // namespace

std::span<const CodeListRow> codeLists() {
    return kLists;
}

const CodeListRow* findCodeList(std::string_view list) {
    const auto found =
        std::find_if(std::begin(kLists), std::end(kLists), [&](const CodeListRow& row) {
            return list == row.list;
        });
    return found == std::end(kLists) ? nullptr : &*found;
}

std::span<const CodeRow> codeList(std::string_view list) {
    const auto found = tables().lists.find(list);
    return found == tables().lists.end() ? std::span<const CodeRow>{} : found->second;
}

const CodeRow* findCode(std::string_view list, std::string_view code) {
    const auto rows = codeList(list);
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const CodeRow& row) {
        return code == row.code;
    });
    return found == rows.end() ? nullptr : &*found;
}

const CodeRow* findCode(std::string_view list, std::string_view code, base::UnixMillis at_ms) {
    const CodeRow* row = findCode(list, code);
    return row != nullptr && row->validAt(at_ms) ? row : nullptr;
}

}  // namespace yht::ticket
