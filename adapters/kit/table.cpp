#include "adapters/kit/table.h"

#include <unordered_map>
#include <unordered_set>

#include "adapters/kit/decode_output.h"

namespace yht::kit {
namespace {

bool stripFront(std::string_view& text) {
    for (const std::string_view space :
         {" ", "\t", "\r", "\n", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"}) {
        if (!text.starts_with(space)) continue;
        text.remove_prefix(space.size());
        return true;
    }
    return false;
}

bool stripBack(std::string_view& text) {
    for (const std::string_view space : {" ", "\t", "\r", "\n", "\xC2\xA0", "\xE3\x80\x80"}) {
        if (!text.ends_with(space)) continue;
        text.remove_suffix(space.size());
        return true;
    }
    return false;
}

bool isEmpty(const ItemValue& cell) {
    return cell.isScalar() && cell.text().empty();
}

base::Error ragged(std::size_t cells, std::size_t columns) {
    const std::string have = std::to_string(cells), want = std::to_string(columns);
    return base::makePublicError(
        base::ErrorCode::ItemUndecodable,
        "The row has " + have + " cells where the table has " + want + " columns.",
        "该行有 " + have + " 个单元格,而表有 " + want + " 列。"
    );
}

base::Error columnsMissing(const std::vector<std::string>& missing) {
    std::string names;
    for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
    return base::makePublicError(
        base::ErrorCode::ItemUndecodable, "The header lacks: " + names + ".",
        "表头缺少: " + names + "。"
    );
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    // Most texts begin and end with what can't be white space: ASCII, or a character of U+4000 to U+9FFF.
    const auto plain = [](char c) { return c > ' ' && c < 0x7F; };
    const auto leads = [](char c) { return static_cast<unsigned char>(c) >= 0xE4 && static_cast<unsigned char>(c) <= 0xE9; };
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    const std::size_t size = text.size();
    const bool front = size > 0 && (plain(text[0]) || leads(text[0]));
    const bool back = size > 0 && (plain(text[size - 1]) ||
                                   (size > 2 && leads(text[size - 3]) && continues(text[size - 2]) && continues(text[size - 1])));
    if (front && back) return text;
    while (stripFront(text)) {
    }
    while (stripBack(text)) {
    }
    return text;
}

base::Result<Table> Table::fromHeadings(
    const std::vector<std::string>& headings, const TableRules& rules, const DecodeLimits& limits
) {
    std::unordered_map<std::string_view, const std::string*> aliases;
    for (const auto& [name, others] : rules.aliases) {
        for (const std::string& other : others) aliases.emplace(trimmed(other), &name);
    }
    std::vector<std::string> names;
    names.reserve(headings.size());
    for (const std::string& heading : headings) {
        const std::string_view text = trimmed(heading);
        const auto alias = aliases.find(text);
        names.push_back(alias == aliases.end() ? std::string(text) : *alias->second);
    }
    Table table(rules);
    if (auto named = table.name(std::move(names), limits); !named) return std::move(named).error();
    return table;
}

base::Result<Table> Table::fromNames(const TableRules& rules, const DecodeLimits& limits) {
    Table table(rules);
    if (auto named = table.name(rules.names, limits); !named) return std::move(named).error();
    return table;
}

base::Status Table::name(std::vector<std::string> headings, const DecodeLimits& limits) {
    while (!headings.empty() && headings.back().empty()) headings.pop_back();
    if (headings.size() > limits.members_max)
        return ItemOutput::tooLarge("columns", limits.members_max);
    std::unordered_set<std::string> taken;
    for (std::size_t column = 0; column < headings.size(); ++column) {
        unnamed_.push_back(headings[column].empty());
        std::string name =
            unnamed_.back() ? "#" + std::to_string(column + 1) : std::move(headings[column]);
        for (int times = 2; !taken.insert(name).second; ++times) {
            const std::size_t mark = times == 2 ? name.size() : name.rfind('#');
            name.replace(mark, std::string::npos, "#" + std::to_string(times));
        }
        names_.push_back(std::move(name));
    }
    std::vector<std::string> missing;
    for (const std::string& required : rules_->required) {
        if (!taken.contains(required)) missing.push_back(required);
    }
    const std::string& must_have = rules_->skip_rows_where_empty;
    if (!must_have.empty() && !taken.contains(must_have)) missing.push_back(must_have);
    if (!missing.empty()) return columnsMissing(missing);
    for (std::size_t column = 0; column < names_.size(); ++column) {
        if (names_[column] == must_have) must_have_ = column;
    }
    return {};
}

base::Result<std::optional<ItemValue>> Table::item(std::vector<ItemValue> cells) const {
    while (cells.size() > names_.size() && isEmpty(cells.back())) cells.pop_back();
    bool content = false;
    for (const ItemValue& cell : cells) content = content || !isEmpty(cell);
    if (!content) return std::optional<ItemValue>();
    if (cells.size() > names_.size() || (cells.size() < names_.size() && !rules_->short_rows))
        return ragged(cells.size(), names_.size());
    cells.resize(names_.size());
    if (must_have_ && isEmpty(cells[*must_have_])) return std::optional<ItemValue>();
    std::vector<ItemValue::Member> members;
    members.reserve(cells.size());
    for (std::size_t column = 0; column < cells.size(); ++column) {
        if (unnamed_[column] && isEmpty(cells[column])) continue;
        members.emplace_back(names_[column], std::move(cells[column]));
    }
    return std::optional<ItemValue>(ItemValue::object(std::move(members)));
}

}  // namespace yht::kit
