#include "adapters/kit/total_row.h"

#include <algorithm>

#include "adapters/kit/table.h"

namespace yht::kit {
namespace {

base::Error undecodable(const std::string& en, const std::string& zh) {
    return base::makePublicError(base::ErrorCode::ItemUndecodable, en, zh);
}

bool hasContent(const std::vector<ItemValue>& cells) {
    return std::any_of(cells.begin(), cells.end(), [](const ItemValue& cell) { return !trimmed(cell.text()).empty(); });
}

/// A number is not worth more of a message than this.
std::string shown(const std::string& text) { return text.size() <= 20 ? text : "?"; }

}  // namespace

bool TotalRow::takes(const std::vector<ItemValue>& cells) {
    if (rules_.begins.empty()) return false;
    if (seen_) {
        more_behind_ = more_behind_ || hasContent(cells);
        return true;
    }
    if (cells.empty() || !trimmed(cells.front().text()).starts_with(rules_.begins)) return false;
    seen_ = true;
    if (rules_.count_column > 0 && rules_.count_column <= cells.size()) count_ = trimmed(cells[rules_.count_column - 1].text());
    return true;
}

base::Status TotalRow::finish(std::uint64_t items) const {
    if (rules_.begins.empty()) return {};
    if (!seen_) {
        return undecodable("The message ends without its total line: it was cut off.", "报文没有合计行,已被截断。");
    }
    if (more_behind_) return undecodable("There are rows behind the total line.", "合计行之后还有数据行。");
    if (rules_.count_column == 0 || count_ == std::to_string(items)) return {};
    const std::string found = std::to_string(items);
    return undecodable(
        "The total line says \"" + shown(count_) + "\", and the message holds " + found + " items.",
        "合计行写明“" + shown(count_) + "”,实有 " + found + " 个条目。"
    );
}

}  // namespace yht::kit
