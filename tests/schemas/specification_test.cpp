// `yht schema spec`: one page, well-formed, complete, needing nothing else.
#include <gmock/gmock.h>

#include <unistd.h>

#include <fstream>

#include "gateway/app/specification.h"
#include "gateway/base/error.h"
#include "gateway/intake/http/limits.h"
#include "gateway/intake/http/routes.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/ticket/codes.h"
#include "tools/stage/child.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string cell(const std::string& text) { return "<td>" + inlineHtml(text) + "</td>"; }
std::string codeCell(const std::string& text) { return cell("`" + text + "`"); }

class Specification : public testing::Test {
protected:
    static const std::string& page() {
        static const std::string text = specificationHtml();
        return text;
    }
    /// The page from one heading to the next of its level.
    static std::string chapter(const std::string& title, const std::string& tag) {
        const auto at = page().find(">" + inlineHtml(title) + "</" + tag + ">");
        EXPECT_NE(std::string::npos, at) << title;
        const auto end = page().find("<" + tag + " ", at);
        return at == std::string::npos ? "" : page().substr(at, end - at);
    }
};

TEST_F(Specification, IsWellFormedAndWhatTheCommandPrints) {
    const std::string file = testing::TempDir() + "yht-specification-" + std::to_string(::getpid()) + ".html";
    const auto printed = stage::runToEnd({std::string(YHT_BINARY_DIR) + "/bin/yht", "schema", "spec"}, file + ".log");
    EXPECT_EQ(0, printed.exit_code);
    EXPECT_TRUE(printed.output == page());
    std::ofstream(file, std::ios::binary) << page();
    EXPECT_EQ(0, stage::runToEnd({"/usr/bin/xmllint", "--noout", "--nonet", file}, file + ".log").exit_code);
}

TEST_F(Specification, NeedsNothingFromOutside) {
    for (const char* word : {"<script", "<link", "<img", "src=", "url(", "@import"}) {
        EXPECT_THAT(page(), Not(HasSubstr(word)));
    }
    for (auto at = page().find("href=\""); at != std::string::npos; at = page().find("href=\"", at + 1)) {
        EXPECT_EQ('#', page()[at + 6]);
    }
}

TEST_F(Specification, HoldsEveryRouteOfThePartnerListener) {
    for (const auto& route : http::routeTable()) {
        const auto title = std::string(route.method) + " " + route.path;
        if (route.listener != http::RouteListener::Partner) continue;
        EXPECT_THAT(chapter(title, "h3"), HasSubstr("403"));
    }
}

TEST_F(Specification, HoldsEveryFieldOfEveryKindWithItsNumber) {
    const auto shared = chapter("所有记录共有的字段 Fields of every kind", "h3");
    for (const auto& kind : ticket::kindTable()) {
        const auto own = chapter(kind.zh + std::string(" `") + kind.name + "`", "h3");
        for (const auto* row : ticket::fieldsOf(kind.kind)) {
            const auto number = std::to_string(static_cast<unsigned>(row->field));
            EXPECT_THAT(shared + own, HasSubstr(cell(number) + codeCell(row->name) + cell(row->zh))) << kind.name;
        }
    }
}

TEST_F(Specification, HoldsEveryCodeWithItsDates) {
    for (const auto& list : ticket::codeLists()) {
        const auto own = chapter(
            list.zh + std::string(" `") + list.list + "`" + (*list.number == '\0' ? "" : std::string(" ") + list.number), "h3"
        );
        for (const auto& code : ticket::codeList(list.list)) {
            EXPECT_THAT(own, HasSubstr(codeCell(code.code) + cell(code.zh))) << list.list;
            EXPECT_THAT(own, HasSubstr(*code.valid_to == '\0' ? code.en : code.valid_to)) << list.list;
        }
    }
}

TEST_F(Specification, HoldsEveryErrorCodeWithItsStatus) {
    const auto errors = chapter("错误代码 Error codes", "h2");
    for (const auto& row : base::errorTable()) {
        EXPECT_THAT(errors, HasSubstr(codeCell(row.wire) + cell(std::to_string(row.http_status)))) << row.wire;
        EXPECT_THAT(errors, HasSubstr(cell(row.zh)));
    }
}

TEST_F(Specification, HoldsTheLimitsAndTheWorkedSignature) {
    for (const auto& limit : http::partnerLimits()) EXPECT_THAT(page(), HasSubstr(cell(limit.zh) + cell(limit.value)));
    EXPECT_THAT(page(), HasSubstr("00000000  22 40 6d 65 74 68 6f 64"));
    EXPECT_THAT(page(), HasSubstr("&quot;@signature-params&quot;: ("));
}

TEST(Markdown, ItsBlocksAreFoundAndEscaped) {
    const auto blocks = parseMarkdown("# a & b\n\ntext\nmore `<x>` **b** [link](to)\n\n- one\n  two\n- three\n\n| a | b |\n| --- | --- |\n"
                                      "| 1 | x \\| y |\n\n```sh\n# <no heading>\n```\n");
    ASSERT_EQ(5U, blocks.size());
    EXPECT_EQ("<h1>a &amp; b</h1>\n", blockHtml(blocks[0]));
    EXPECT_EQ("<p>text more <code>&lt;x&gt;</code> <b>b</b> link</p>\n", blockHtml(blocks[1]));
    EXPECT_EQ("<ul>\n<li>one two</li>\n<li>three</li>\n</ul>\n", blockHtml(blocks[2]));
    EXPECT_THAT(blockHtml(blocks[3]), HasSubstr("<tr><td>1</td><td>x | y</td></tr>"));
    EXPECT_EQ("<pre># &lt;no heading&gt;\n</pre>\n", blockHtml(blocks[4]));
}

}  // namespace
}  // namespace yht::app
