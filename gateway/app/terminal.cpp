#include "gateway/app/terminal.h"

#include <algorithm>
#include <cstdint>

#include "gateway/base/assert.h"
#include "gateway/base/text.h"

namespace yht::app {
namespace {

char32_t decode(std::string_view character) {
    const auto lead = static_cast<unsigned char>(character[0]);
    char32_t value = character.size() == 1 ? lead : lead & (0x7F >> character.size());
    for (std::size_t i = 1; i < character.size(); ++i) {
        value = value << 6 | (static_cast<unsigned char>(character[i]) & 0x3F);
    }
    return value;
}

/// Unicode East_Asian_Width W and F, in the ranges that hotline texts meet.
bool isWide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) ||
           (c >= 0x3041 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
           (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) ||
           (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

std::size_t cellsOf(std::string_view character) {
    const char32_t c = decode(character);
    if (c >= 0x0300 && c <= 0x036F) return 0;
    return isWide(c) ? 2 : 1;
}

/// C0, DEL, C1; the marks, embeddings, overrides and isolates of bidirectional text.
bool movesTerminal(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string kept;
    while (!text.empty()) {
        const auto character = base::prefixByCodePoints(text, 1);
        if (movesTerminal(decode(character))) {
            kept += '?';
        } else {
            kept += character;
        }
        text.remove_prefix(character.size());
    }
    return kept;
}

std::size_t displayWidth(std::string_view text) {
    std::size_t cells = 0;
    while (!text.empty()) {
        const auto character = base::prefixByCodePoints(text, 1);
        cells += cellsOf(character);
        text.remove_prefix(character.size());
    }
    return cells;
}

std::string clipped(std::string_view text, std::size_t cells) {
    if (displayWidth(text) <= cells) return std::string(text);
    std::string kept;
    std::size_t used = 1;  // for the ellipsis
    while (!text.empty()) {
        const auto character = base::prefixByCodePoints(text, 1);
        used += cellsOf(character);
        if (used > cells) break;
        kept += character;
        text.remove_prefix(character.size());
    }
    return kept + "…";
}

void print(std::ostream& out, const Table& given) {
    Table table = given;
    for (auto& row : table.rows) {
        for (auto& cell : row) cell = printable(cell);
    }
    std::vector<std::size_t> widths;
    for (const auto& title : table.header) widths.push_back(displayWidth(title));
    for (const auto& row : table.rows) {
        YHT_ASSERT(row.size() == widths.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], displayWidth(row[i]));
        }
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            out << cells[i];
            // The last column is not padded: no blanks at the end of a line.
            if (i + 1 < cells.size()) out << std::string(widths[i] - displayWidth(cells[i]) + 2, ' ');
        }
        out << '\n';
    };
    line(table.header);
    for (const auto& row : table.rows) line(row);
}

std::string humanDuration(std::int64_t ms) {
    const std::int64_t seconds = ms / 1000;
    if (ms < 1000) return std::to_string(ms) + " ms";
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600) return std::to_string(seconds / 60) + " min";
    if (seconds < 86'400) {
        return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
    }
    return std::to_string(seconds / 86'400) + " d " + std::to_string(seconds / 3600 % 24) + " h";
}

}  // namespace yht::app
