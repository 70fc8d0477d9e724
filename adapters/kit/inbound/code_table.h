// A source's codes in our words (对照表): a CSV file "native,canonical[,valid_from,valid_to,note]".
// A cell may stand in double quotes. Dates are Shanghai days, first and last one included, "" open;
// a code is judged by the day of the record's event. One native code may have several rows whose
// days don't overlap. Uses: base. Used by: mapping rules, inbound mapping, coverage.
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
        std::string native, canonical, note;
        std::int32_t first_day, last_day;  // day numbers, as base::shanghaiDay()
        std::uint32_t line;
    };

    /// `name` is what error texts call the file. Errors: ManifestInvalid, every mistake a line with
    /// name:line.
    static base::Result<CodeTable> fromCsv(const std::string& name, std::string_view csv);

    const std::string& name() const { return name_; }
    const std::vector<Row>& rows() const { return rows_; }
    /// The row of that code on that day; nullptr where there is none.
    const Row* find(std::string_view native, std::int32_t day) const;
    /// Of the rows of that day whose native occurs in the text's first kContainedBytesMax bytes, the
    /// longest one, the first of several; nullptr where none does.
    const Row* findContained(std::string_view text, std::int32_t day) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    std::string name_;
    std::vector<Row> rows_;
    std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>> by_native_;
};

}  // namespace yht::kit
