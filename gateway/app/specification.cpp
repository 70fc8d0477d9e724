#include "gateway/app/specification.h"

#include "embedded/kExampleAppeal.h"
#include "embedded/kExampleAssignment.h"
#include "embedded/kExampleAttachment.h"
#include "embedded/kExampleCall.h"
#include "embedded/kExampleExtension.h"
#include "embedded/kExampleFiling.h"
#include "embedded/kExampleProcess.h"
#include "embedded/kExampleResult.h"
#include "embedded/kExampleSupervision.h"
#include "embedded/kExampleVisit.h"
#include "embedded/kGuideEn.h"
#include "embedded/kGuideZh.h"
#include "gateway/base/assert.h"
#include "gateway/base/error.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/ticket/schema.h"

namespace yht::app {
namespace {

using Kind = MarkdownBlock::Kind;

constexpr int kContentsLevelMax = 3;

constexpr const char* kStyle = R"(
@page { size: A4; margin: 18mm 15mm; }
body { font: 10.5pt/1.6 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #111; max-width: 190mm; margin: 0 auto; padding: 8mm; }
h1 { font-size: 22pt; text-align: center; margin: 30mm 0 6mm; } h2 { font-size: 15pt; border-bottom: 1px solid #444; margin-top: 12mm; page-break-before: always; }
h3 { font-size: 12.5pt; margin-top: 8mm; } h2, h3, h4 { page-break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; line-height: 1.4; margin: 3mm 0; } th, td { border: 1px solid #999; padding: 1mm 1.5mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eee; } thead { display: table-header-group; } tr { page-break-inside: avoid; }
pre { font-size: 7.8pt; line-height: 1.35; background: #f6f6f6; border: 1px solid #ddd; padding: 2mm; white-space: pre-wrap; overflow-wrap: anywhere; }
code, pre { font-family: "Noto Sans Mono CJK SC", Consolas, monospace; }
.pair { display: grid; grid-template-columns: 1fr 1fr; column-gap: 6mm; } .en { color: #444; } .contents li { list-style: none; } p.title { text-align: center; }
)";

struct Example {
    ticket::Kind kind;
    std::string_view json;
};
constexpr Example kExamples[] = {
    {ticket::Kind::Appeal, embedded::kExampleAppeal},
    {ticket::Kind::Assignment, embedded::kExampleAssignment},
    {ticket::Kind::Process, embedded::kExampleProcess},
    {ticket::Kind::Result, embedded::kExampleResult},
    {ticket::Kind::Visit, embedded::kExampleVisit},
    {ticket::Kind::Supervision, embedded::kExampleSupervision},
    {ticket::Kind::Extension, embedded::kExampleExtension},
    {ticket::Kind::Attachment, embedded::kExampleAttachment},
    {ticket::Kind::Call, embedded::kExampleCall},
    {ticket::Kind::Filing, embedded::kExampleFiling},
};
static_assert(std::size(kExamples) == ticket::kKindCount);

const char* retryText(base::Retry retry) {
    switch (retry) {
        case base::Retry::Never: return "不要重发 never";
        case base::Retry::Fixed: return "改正后 fixed";
        case base::Retry::Later: return "稍后 later";
    }
    YHT_ASSERT(false);
}

class Page {
public:
    void add(MarkdownBlock block) {
        if (block.kind != Kind::Heading) {
            body_ += blockHtml(block);
            return;
        }
        ++block.level;  // the page's own title is the one h1
        heading(block, block.text);
    }
    void addAll(const std::vector<MarkdownBlock>& blocks) {
        for (const auto& block : blocks) add(block);
    }

    /// Two guides of the same blocks: code once, tables one below the other, text side by side.
    void addPair(MarkdownBlock zh, const MarkdownBlock& en) {
        if (zh.kind == Kind::Heading) {
            ++zh.level;
            zh.text += " " + en.text.substr(std::min(en.text.size(), numberLength(zh.text, en.text)));
            heading(zh, zh.text);
        } else if (zh == en) {
            body_ += blockHtml(zh);
        } else if (zh.kind == Kind::Table) {
            body_ += blockHtml(zh) + "<div class=\"en\" lang=\"en\">" + blockHtml(en) + "</div>\n";
        } else {
            body_ += "<div class=\"pair\"><div>" + blockHtml(zh) + "</div><div class=\"en\" lang=\"en\">" + blockHtml(en) +
                     "</div></div>\n";
        }
    }

    std::string html() const {
        return "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"zh-CN\">\n<head>\n"
               "<meta charset=\"utf-8\" />\n<title>一号通对接接口规范</title>\n<style>" +
               std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>一号通对接接口规范</h1>\n"
               "<p class=\"title\" lang=\"en\">Yihaotong: specification of the partner interface</p>\n"
               "<p class=\"title\">接口版本 interface v1,软件版本 software " YHT_VERSION "</p>\n"
               "<ul class=\"contents\">\n" + contents_ + "</ul>\n" + body_ + "</body>\n</html>\n";
    }

private:
    void heading(const MarkdownBlock& block, const std::string& text) {
        const std::string anchor = "s" + std::to_string(++anchors_);
        body_ += blockHtml(block, anchor);
        if (block.level > kContentsLevelMax) return;
        contents_ += std::string("<li>") + (block.level > 2 ? "&#160;&#160;&#160;&#160;" : "") + "<a href=\"#" + anchor +
                     "\">" + inlineHtml(text) + "</a></li>\n";
    }
    /// "4. " where both begin with it: it need not be said twice.
    static std::size_t numberLength(const std::string& zh, const std::string& en) {
        const auto end = en.find(". ");
        const bool number = end != en.npos && en.find_first_not_of("0123456789") == end;
        return number && zh.starts_with(en.substr(0, end + 2)) ? end + 2 : 0;
    }

    std::string body_, contents_;
    int anchors_ = 0;
};

void addGuide(Page& page) {
    const auto zh = parseMarkdown(embedded::kGuideZh), en = parseMarkdown(embedded::kGuideEn);
    YHT_ASSERT(zh.size() == en.size());  // tests/schemas holds them to the same blocks
    for (std::size_t i = 0; i < zh.size(); ++i) page.addPair(zh[i], en[i]);
}

void addErrors(Page& page) {
    page.add({.kind = Kind::Heading, .level = 1, .text = "错误代码 Error codes"});
    MarkdownBlock table{.kind = Kind::Table, .rows = {{"代码 code", "HTTP", "重发 retry", "说明", "meaning"}}};
    for (const auto& row : base::errorTable()) {
        table.rows.push_back(
            {"`" + std::string(row.wire) + "`", std::to_string(row.http_status), retryText(row.retry), row.zh, row.en}
        );
    }
    page.add(std::move(table));
}

void addExamples(Page& page) {
    page.add({.kind = Kind::Heading, .level = 1, .text = "样例 Examples"});
    for (const auto& example : kExamples) {
        const auto& kind = ticket::kindRow(example.kind);
        page.add({.kind = Kind::Heading, .level = 2, .text = kind.zh + std::string(" `") + kind.name + "`"});
        page.add({.kind = Kind::Code, .text = std::string(example.json)});
    }
}

}  // namespace

std::string specificationHtml() {
    Page page;
    addGuide(page);
    page.addAll(interfaceBlocks());
    addErrors(page);
    page.addAll(parseMarkdown(ticket::referencePage()));
    addExamples(page);
    return page.html();
}

}  // namespace yht::app
