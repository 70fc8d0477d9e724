#include "gateway/certs/issued_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/time_text.h"
#include "gateway/crypto/certificate_finding.h"

namespace yht::certs {
namespace {

using testing::HasSubstr;

IssuedRow row() {
    return {
        .serial = "40aa",
        .subject = "CN=a,O=\"B, C\"\nD",
        .profile = "partner",
        .not_before_ms = *base::parseRfc3339("2026-01-01T00:00:00Z"),
        .not_after_ms = *base::parseRfc3339("2027-01-01T00:00:00Z"),
        .fingerprint = "ff",
        .key = "ee",
        .issued_ms = *base::parseRfc3339("2026-01-01T00:00:00.250Z"),
        .issued_by = "wang",
        .renews = "40bb"};
}

TEST(IssuedTable, IsReadAsItWasWritten) {
    auto revoked = row();
    revoked.revoked_ms = *base::parseRfc3339("2026-06-01T00:00:00Z");
    revoked.reason = crypto::RevocationReason::KeyCompromise;
    revoked.revoked_by = "li";
    revoked.why = "laptop, stolen";
    const std::vector<IssuedRow> rows = {row(), revoked};
    const auto again = readIssued(writeIssued(rows));
    ASSERT_TRUE(again.ok()) << base::describe(again.error());
    EXPECT_EQ(rows, *again);
    EXPECT_TRUE(readIssued(writeIssued({}))->empty());
}

TEST(IssuedTable, ALineThatIsNoRowIsNamed) {
    const std::string csv = writeIssued({row(), row()});
    const auto refusal = [](const std::string& text) {
        const auto rows = readIssued(text);
        return rows.ok() ? std::string() : rows.error().public_en;
    };
    EXPECT_THAT(refusal(""), HasSubstr("issued.csv:1"));
    EXPECT_THAT(refusal("serial,subject\n"), HasSubstr("issued.csv:1"));
    EXPECT_THAT(refusal(csv + "40aa,too,few\n"), HasSubstr("issued.csv:4"));
    EXPECT_THAT(refusal(csv.substr(0, csv.size() - 20)), HasSubstr("issued.csv:3"));
    EXPECT_THAT(refusal(csv + "\"not closed"), HasSubstr("issued.csv:4"));
    std::string wrong = csv;
    wrong.replace(wrong.find("2027"), 4, "yyyy");
    EXPECT_THAT(refusal(wrong), HasSubstr("issued.csv:2"));
}

}  // namespace
}  // namespace yht::certs
