// A table's columns, and how a row of cells becomes an item: what csv, tsv, fixed_width, xlsx and dbf share.
//   heading    compared without white space at its ends; an alias becomes the name that the manifest gives
//   no heading a cell with content under an empty heading becomes the member "#3" (1-based column), so that it is
//              seen as unknown; without content it is nothing
//   twice      the second of two equal headings becomes "名称#2"
//   no content a row of nothing but empty cells is no item
// Uses: decode_rules, item. Used by: decode_csv, decode_xlsx.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/item.h"
#include "gateway/base/result.h"

namespace yht::kit {

/// Without white space at its ends: ASCII, U+00A0, U+3000 and a stray byte order mark.
std::string_view trimmed(std::string_view text);

/// Immutable once made.
class Table {
public:
    /// Requires: rules and limits outlive it. Errors: ItemUndecodable (a required column is missing; the error names
    /// it), ItemTooLarge (columns).
    static base::Result<Table> fromHeadings(
        const std::vector<std::string>& headings, const TableRules& rules,
        const DecodeLimits& limits
    );
    /// Of a file without header.
    static base::Result<Table> fromNames(const TableRules& rules, const DecodeLimits& limits);

    const std::vector<std::string>& names() const { return names_; }
    /// nullopt: the row is no item (no content, or skip_rows_where_empty). Errors: ItemUndecodable (a ragged row).
    base::Result<std::optional<ItemValue>> item(std::vector<ItemValue> cells) const;

private:
    Table(const TableRules& rules) : rules_(&rules) {}
    base::Status name(std::vector<std::string> headings, const DecodeLimits& limits);
    const TableRules* rules_;
    std::vector<std::string> names_;        // as in the item; "#3" where the heading is empty
    std::vector<bool> unnamed_;             // by column
    std::optional<std::size_t> must_have_;  // column of skip_rows_where_empty
};

}  // namespace yht::kit
