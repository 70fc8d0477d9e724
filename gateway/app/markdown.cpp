#include "gateway/app/markdown.h"

#include <algorithm>

namespace yht::app {
namespace {

using Kind = MarkdownBlock::Kind;

constexpr std::string_view kFence = "```";
constexpr std::size_t kIndent = 4;

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

/// "| a | b \| c |" is two cells.
std::vector<std::string> cellsOf(std::string_view line) {
    std::vector<std::string> cells(1);
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
            cells.back() += line[++i];
        } else if (line[i] == '|') {
            cells.emplace_back();
        } else {
            cells.back() += line[i];
        }
    }
    cells.pop_back();  // behind the last bar
    for (auto& cell : cells) cell = trimmed(cell);
    return cells;
}

bool isRule(const std::vector<std::string>& cells) {
    return !cells.empty() && std::all_of(cells.begin(), cells.end(), [](const auto& cell) {
        return !cell.empty() && cell.find_first_not_of("-:") == std::string::npos;
    });
}

/// Length of "- " or "12. ", 0 where the line begins no item.
std::size_t bulletLength(std::string_view line) {
    if (line.starts_with("- ")) return 2;
    const auto digits = line.find_first_not_of("0123456789");
    return digits != line.npos && digits > 0 && line.substr(digits).starts_with(". ") ? digits + 2 : 0;
}

/// Lines joined as Markdown joins them; between Chinese characters a line break is no space.
void join(std::string& text, std::string_view line) {
    const std::string more = trimmed(line);
    if (!text.empty() && !more.empty()) {
        const bool chinese = (text.back() & 0x80) != 0 && (more.front() & 0x80) != 0;
        if (!chinese) text += ' ';
    }
    text += more;
}

class Parser {
public:
    explicit Parser(std::string_view text) : lines_(linesOf(text)) {}

    std::vector<MarkdownBlock> parse() {
        while (at_ < lines_.size()) {
            const auto line = lines_[at_];
            if (line.starts_with(kFence)) {
                fenced();
            } else if (trimmed(line).empty()) {
                ++at_;
            } else if (line.starts_with(std::string(kIndent, ' '))) {
                indented();
            } else if (line.starts_with('#')) {
                heading();
            } else if (line.starts_with('|')) {
                table();
            } else if (bulletLength(line) > 0) {
                list();
            } else {
                paragraph();
            }
        }
        return std::move(blocks_);
    }

private:
    MarkdownBlock& add(Kind kind) {
        blocks_.emplace_back().kind = kind;
        return blocks_.back();
    }
    void fenced() {
        auto& block = add(Kind::Code);
        for (++at_; at_ < lines_.size() && !lines_[at_].starts_with(kFence); ++at_) {
            block.text.append(lines_[at_]).append("\n");
        }
        ++at_;
    }
    void indented() {
        auto& block = add(Kind::Code);
        for (; at_ < lines_.size() && lines_[at_].starts_with(std::string(kIndent, ' ')); ++at_) {
            block.text.append(lines_[at_].substr(kIndent)).append("\n");
        }
    }
    void heading() {
        auto& block = add(Kind::Heading);
        const auto level = lines_[at_].find_first_not_of('#');
        block.level = static_cast<int>(std::min<std::size_t>(level, 6));
        block.text = trimmed(lines_[at_++].substr(level));
    }
    void table() {
        auto& block = add(Kind::Table);
        for (; at_ < lines_.size() && lines_[at_].starts_with('|'); ++at_) {
            auto cells = cellsOf(lines_[at_]);
            if (!isRule(cells)) block.rows.push_back(std::move(cells));
        }
    }
    void list() {
        auto& block = add(Kind::List);
        block.ordered = !lines_[at_].starts_with("- ");
        for (; at_ < lines_.size() && !trimmed(lines_[at_]).empty(); ++at_) {
            const auto bullet = bulletLength(lines_[at_]);
            if (bullet > 0) block.items.emplace_back();
            join(block.items.back(), lines_[at_].substr(bullet));
        }
    }
    void paragraph() {
        auto& block = add(Kind::Paragraph);
        for (; at_ < lines_.size() && !trimmed(lines_[at_]).empty() && !lines_[at_].starts_with(kFence) &&
               !lines_[at_].starts_with('|') && bulletLength(lines_[at_]) == 0;
             ++at_) {
            join(block.text, lines_[at_]);
        }
    }

    const std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    std::vector<MarkdownBlock> blocks_;
};

std::string rowHtml(const std::vector<std::string>& cells, const char* tag) {
    std::string row = "<tr>";
    for (const auto& cell : cells) {
        row.append("<").append(tag).append(">").append(inlineHtml(cell)).append("</").append(tag).append(">");
    }
    return row + "</tr>\n";
}

std::string tableHtml(const MarkdownBlock& block) {
    std::string table = "<table>\n";
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
        table += i == 0 ? "<thead>" + rowHtml(block.rows[i], "th") + "</thead>\n<tbody>\n" : rowHtml(block.rows[i], "td");
    }
    return table + (block.rows.empty() ? "" : "</tbody>\n") + "</table>\n";
}

}  // namespace

std::vector<MarkdownBlock> parseMarkdown(std::string_view text) { return Parser(text).parse(); }

std::string escapeHtml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string inlineHtml(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const bool code = text.front() == '`', bold = text.starts_with("**"), link = text.front() == '[';
        const auto end = code ? text.find('`', 1) : bold ? text.find("**", 2) : link ? text.find("](") : text.npos;
        const auto link_end = link && end != text.npos ? text.find(')', end) : text.npos;
        if (code && end != text.npos) {
            out += "<code>" + escapeHtml(text.substr(1, end - 1)) + "</code>";
            text.remove_prefix(end + 1);
        } else if (bold && end != text.npos) {
            out += "<b>" + inlineHtml(text.substr(2, end - 2)) + "</b>";
            text.remove_prefix(end + 2);
        } else if (link_end != text.npos) {
            out += inlineHtml(text.substr(1, end - 1));
            text.remove_prefix(link_end + 1);
        } else {
            out += escapeHtml(text.substr(0, 1));
            text.remove_prefix(1);
        }
    }
    return out;
}

std::string blockHtml(const MarkdownBlock& block, const std::string& anchor) {
    switch (block.kind) {
        case Kind::Heading: {
            const std::string tag = "h" + std::to_string(block.level);
            const std::string id = anchor.empty() ? "" : " id=\"" + anchor + "\"";
            return "<" + tag + id + ">" + inlineHtml(block.text) + "</" + tag + ">\n";
        }
        case Kind::Paragraph:
            return "<p>" + inlineHtml(block.text) + "</p>\n";
        case Kind::Code:
            return "<pre>" + escapeHtml(block.text) + "</pre>\n";
        case Kind::Table:
            return tableHtml(block);
        case Kind::List: {
            const std::string tag = block.ordered ? "ol" : "ul";
            std::string list = "<" + tag + ">\n";
            for (const auto& item : block.items) list += "<li>" + inlineHtml(item) + "</li>\n";
            return list + "</" + tag + ">\n";
        }
    }
    return {};
}

}  // namespace yht::app
