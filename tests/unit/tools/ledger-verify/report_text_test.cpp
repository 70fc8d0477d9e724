#include "tools/ledger-verify/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "gateway/json/json.h"

namespace yht::ledger_verify {
namespace {

using testing::HasSubstr;
using testing::Not;

ledger::EvidenceReport differing() {
    ledger::EvidenceReport report;
    report.head = {.scope = ledger::EvidenceScope::Range, .from = 3, .to = 6};
    report.leaves = {.checked = 4, .differ = 1};
    report.difference_count = 1;
    report.differences = {{5, "leaf 叶", "a leaf", "\x1b[2J\nseq 6: everything fits"}};
    return report;
}
std::string text(const ledger::EvidenceReport& report) {
    std::ostringstream out;
    print(out, report);
    return out.str();
}

TEST(ReportText, SaysWhichEntryDiffersAndBothValues) {
    EXPECT_THAT(text(differing()), HasSubstr("seq 5: leaf 叶: expected 应为 a leaf, found 实为 "));
    EXPECT_THAT(text(differing()), Not(HasSubstr("everything fits 全部一致")));
}
TEST(ReportText, WhatStandsInTheFileCantMoveTheTerminal) {
    EXPECT_THAT(text(differing()), HasSubstr("?[2J?seq 6: everything fits"));
}
TEST(ReportText, AKeyThatCameWithTheFileIsSaidToProveLittle) {
    auto report = differing();
    EXPECT_THAT(text(report), HasSubstr("It came with the file"));
    report.log_key_given = true;
    EXPECT_THAT(text(report), Not(HasSubstr("It came with the file")));
}
TEST(ReportText, SignaturesThatCouldNotBeCheckedAreSaidToBeUnchecked) {
    auto report = differing();
    report.without_certificate = 2;
    EXPECT_THAT(
        text(report), HasSubstr("2 signed messages whose certificate is not in the file: their "
                                "signatures were NOT checked")
    );
}
TEST(ReportText, JsonIsWellFormedAndSaysTheSame) {
    std::ostringstream out;
    printJson(out, differing());
    const auto document = json::parse(out.str());
    ASSERT_TRUE(document.ok()) << out.str();
    EXPECT_EQ("differs", json::textMember(*document, "verdict"));
    EXPECT_EQ("1", json::textMember(*json::findMember(*document, "leaves"), "differ"));
    EXPECT_EQ("5", json::textMember((*json::findMember(*document, "differences"))[0], "seq"));
}

}  // namespace
}  // namespace yht::ledger_verify
