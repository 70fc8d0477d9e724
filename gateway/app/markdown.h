// The part of Markdown that our own pages use, as blocks and as XHTML: headings, paragraphs, lists, tables, fenced and
// indented code; inline code, bold, links (their text only: a printed page has nowhere to go).
// Uses: std. Used by: specification, tests of the guides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yht::app {

struct MarkdownBlock {
    enum class Kind { Heading, Paragraph, List, Table, Code } kind = Kind::Paragraph;
    int level = 0;         // of a heading
    bool ordered = false;  // a list with numbers
    std::string text;      // heading, paragraph, code
    std::vector<std::string> items;              // of a list
    std::vector<std::vector<std::string>> rows;  // of a table, its head first
    bool operator==(const MarkdownBlock&) const = default;
};

std::vector<MarkdownBlock> parseMarkdown(std::string_view text);

/// `&`, `<`, `>` and quotes as entities.
std::string escapeHtml(std::string_view text);
/// The text of a paragraph, heading or cell.
std::string inlineHtml(std::string_view text);
/// One block; `anchor`, where not empty, names a heading.
std::string blockHtml(const MarkdownBlock& block, const std::string& anchor = {});

}  // namespace yht::app
