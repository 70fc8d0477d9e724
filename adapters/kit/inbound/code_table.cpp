#include "adapters/kit/inbound/code_table.h"

#include <limits>
#include <optional>

#include "adapters/kit/inbound/folded_text.h"
#include "gateway/base/text.h"
#include "gateway/base/time_text.h"

namespace yht::kit {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets write one
constexpr const char* kColumns[] = {"native", "canonical", "valid_from", "valid_to", "note"};

using Cells = std::vector<std::string>;

/// The cells of the next line; nullopt where a quote is not closed or stands inside a cell.
std::optional<Cells> nextLine(std::string_view& rest) {
    Cells cells(1);
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size(); ++i) {
        const char c = rest[i];
        if (quoted && c == '"' && i + 1 < rest.size() && rest[i + 1] == '"') {
            cells.back().push_back('"');
            ++i;
        } else if (quoted) {
            if (c == '"')
                quoted = false;
            else
                cells.back().push_back(c);
        } else if (c == '"') {
            if (!cells.back().empty()) return std::nullopt;
            quoted = true;
        } else if (c == ',') {
            cells.emplace_back();
        } else if (c == '\n') {
            break;
        } else if (c != '\r') {
            cells.back().push_back(c);
        }
    }
    if (quoted) return std::nullopt;
    rest.remove_prefix(std::min(i + 1, rest.size()));
    return cells;
}

std::optional<std::int32_t> dayOf(const std::string& text, std::int32_t open) {
    if (text.empty()) return open;
    const auto civil = base::parseCivil(text, "%Y-%m-%d");
    const auto time = civil ? base::fromCivil(*civil, base::kShanghaiOffsetSeconds) : std::nullopt;
    if (!time) return std::nullopt;
    return base::shanghaiDay(*time);
}

bool isHeader(const Cells& cells) {
    if (cells.size() < 2 || cells.size() > std::size(kColumns)) return false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        // A table without dates may still have notes.
        const bool note = i == 2 && cells.size() == 3 && cells[i] == "note";
        if (cells[i] != kColumns[i] && !note) return false;
    }
    return true;
}

/// What is wrong with the row, "" where nothing is.
std::string readRow(const Cells& cells, bool dated, CodeTable::Row& row) {
    if (cells.size() < 2) return "write native,canonical";
    for (const auto& cell : cells) {
        if (cell.size() > CodeTable::kCellBytesMax) return "a cell is longer than 512 bytes";
        if (!base::countCodePoints(cell)) return "not UTF-8";
    }
    if (cells[0].empty() || cells[1].empty()) return "native and canonical must not be empty";
    const auto from =
        dayOf(dated && cells.size() > 2 ? cells[2] : "", std::numeric_limits<std::int32_t>::min());
    const auto to =
        dayOf(dated && cells.size() > 3 ? cells[3] : "", std::numeric_limits<std::int32_t>::max());
    if (!from || !to) return "write days as 2019-04-18";
    if (*from > *to) return "valid_from is after valid_to";
    row.native = cells[0];
    row.folded = foldedText(row.native);
    if (row.folded.empty()) return "native and canonical must not be empty";
    row.canonical = cells[1];
    row.first_day = *from;
    row.last_day = *to;
    if (const std::size_t note = dated ? 4 : 2; cells.size() > note) row.note = cells[note];
    return "";
}

/// Why the row can't stand beside one that is the same folded, "" where it can.
std::string clashOf(const CodeTable::Row& row, const CodeTable::Row& before) {
    if (row.first_day > before.last_day || before.first_day > row.last_day) return "";
    const std::string line = std::to_string(before.line);
    if (row.native == before.native) return "the same code on the same day as in line " + line;
    if (row.canonical == before.canonical) return "";
    return "the same code as in line " + line + " but for full or half width or white space at its ends, and it says something else";
}

}  // namespace

base::Result<CodeTable> CodeTable::fromCsv(const std::string& name, std::string_view csv) {
    CodeTable table;
    table.name_ = name;
    std::string mistakes;
    const auto wrong = [&](std::size_t line, const std::string& what) {
        mistakes +=
            (mistakes.empty() ? "" : "\n") + name + ":" + std::to_string(line) + ": " + what;
    };
    if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
    const auto header = nextLine(csv);
    if (!header || !isHeader(*header)) {
        wrong(1, "the first line must be native,canonical[,valid_from,valid_to[,note]]");
        return base::makeError(base::ErrorCode::ManifestInvalid, mistakes);
    }
    const bool dated = header->size() > 2 && (*header)[2] == "valid_from";
    for (std::uint32_t line = 2; !csv.empty(); ++line) {
        const auto cells = nextLine(csv);
        if (!cells || line > kRowsMax) {
            wrong(
                line, cells ? "more than 20000 rows"
                            : "a double quote that is not closed, or inside a cell"
            );
            break;
        }
        if (cells->size() == 1 && cells->front().empty()) continue;
        Row row;
        row.line = line;
        if (cells->size() > header->size()) {
            wrong(line, "more cells than the first line has names");
            continue;
        }
        if (const auto what = readRow(*cells, dated, row); !what.empty()) {
            wrong(line, what);
            continue;
        }
        auto& alike = table.by_folded_[row.folded];
        for (const auto other : alike) {
            if (const auto what = clashOf(row, table.rows_[other]); !what.empty()) wrong(line, what);
        }
        const auto index = static_cast<std::uint32_t>(table.rows_.size());
        alike.push_back(index);
        table.by_native_[row.native].push_back(index);
        table.rows_.push_back(std::move(row));
    }
    if (!mistakes.empty()) return base::makeError(base::ErrorCode::ManifestInvalid, mistakes);
    return table;
}

const CodeTable::Row* CodeTable::find(std::string_view native, std::int32_t day) const {
    const Row* exact = find(by_native_, native, day);
    return exact != nullptr ? exact : find(by_folded_, foldedText(native), day);
}

const CodeTable::Row* CodeTable::find(const Index& index, std::string_view text, std::int32_t day) const {
    const auto found = index.find(text);
    if (found == index.end()) return nullptr;
    for (const auto each : found->second) {
        const Row& row = rows_[each];
        if (day >= row.first_day && day <= row.last_day) return &row;
    }
    return nullptr;
}

const CodeTable::Row* CodeTable::findContained(std::string_view text, std::int32_t day) const {
    text = text.substr(0, kContainedBytesMax);
    const Row* exact = findContained(text, &Row::native, day);
    return exact != nullptr ? exact : findContained(foldedText(text), &Row::folded, day);
}

const CodeTable::Row* CodeTable::findContained(
    std::string_view text, std::string Row::*word, std::int32_t day
) const {
    const Row* best = nullptr;
    for (const auto& row : rows_) {
        if (best != nullptr && (row.*word).size() <= (best->*word).size()) continue;
        if (day < row.first_day || day > row.last_day) continue;
        if (text.find(row.*word) != std::string_view::npos) best = &row;
    }
    return best;
}

}  // namespace yht::kit
