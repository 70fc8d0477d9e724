// A source's codes in our words (对照表): a CSV file "native,canonical[,valid_from,valid_to,note]".
// A cell may stand in double quotes. Dates are Shanghai days, first and last one included, "" open;
// a code is judged by the day of the record's event. One native code may have several rows whose
// days don't overlap. Full and half width and white space at the ends make no other code (folded_text.h): a row
// of exactly that code goes first, and two rows that are one then must not say different things.
// Uses: base, folded_text. Used by: mapping rules, inbound mapping, coverage.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class CodeTable {
public:
    static constexpr std::size_t kRowsMax = 20'000;
    static constexpr std::size_t kCellBytesMax = 512;
    static constexpr std::size_t kContainedBytesMax = 4'096;  // of a text that words are looked for in

    struct Row {
        std::string native, folded, canonical, note;
        std::int32_t first_day, last_day;  // day numbers, as base::shanghaiDay()
        std::uint32_t line;
    };

    /// `name` is what error texts call the file. Errors: ManifestInvalid, every mistake a line with
    /// name:line.
    static base::Result<CodeTable> fromCsv(const std::string& name, std::string_view csv);

    const std::string& name() const { return name_; }
    const std::vector<Row>& rows() const { return rows_; }
    /// The row of exactly that code on that day, else of one that is the same folded; nullptr where there is none.
    const Row* find(std::string_view native, std::int32_t day) const;
    /// Of the rows of that day whose native occurs in the text's first kContainedBytesMax bytes as it is, else folded, the
    /// longest one, the first of several; nullptr where none does.
    const Row* findContained(std::string_view text, std::int32_t day) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    using Index = std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>>;

    const Row* find(const Index& index, std::string_view text, std::int32_t day) const;
    const Row* findContained(std::string_view text, std::string Row::*word, std::int32_t day) const;

    std::string name_;
    std::vector<Row> rows_;
    Index by_native_, by_folded_;
};

}  // namespace yht::kit
