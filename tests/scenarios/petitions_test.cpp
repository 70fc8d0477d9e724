// Thousands of real petitions with their replies, through the source written for that file. The data are nobody's to publish: they
// are found by the environment, YHT_PETITIONS (the workbook) and YHT_CATEGORIES (the subject tree); without them the test is skipped.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

constexpr const char* kWorkbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr const char* kPath = "/v1/sources/cs-wenzheng/messages";

std::string fileNamedBy(const char* variable) {
    const char* path = std::getenv(variable);
    return path != nullptr && std::filesystem::exists(path) ? path : "";
}

TEST(Petitions, AnArchiveOfThousandsComesInWholeAndOnce) {
    const auto petitions = fileNamedBy("YHT_PETITIONS"), categories = fileNamedBy("YHT_CATEGORIES");
    if (petitions.empty() || categories.empty())
        GTEST_SKIP() << "YHT_PETITIONS and YHT_CATEGORIES name no files: the real petitions are not here";
    Federation federation;
    shipSource(federation, "cs-wenzheng", "petition-workbook", "430100", "zz-media");
    const auto table = runToEnd(
        {YHT_BINARY_DIR "/bin/yht", "adapters", "table", categories, "--native", "三级分类", "--canonical",
         "一级分类/二级分类/三级分类"},
        federation.directory() + "/table.err"
    );
    // Names that mean several things are told; the others make the table.
    ASSERT_TRUE(table.exit_code == 0 || table.exit_code == 3) << table.output;
    std::ofstream(federation.deployment() + "/sources/cs-wenzheng/subject.csv", std::ios::binary)
        << table.output.substr(table.output.find("native,canonical"));
    federation.startGateway();
    std::ifstream file(petitions, std::ios::binary);
    std::ostringstream workbook;
    workbook << file.rdbuf();

    auto board = federation.partner("media-platform");
    const auto first = board.post(kPath, workbook.str(), kWorkbook);
    ASSERT_TRUE(first.status == 200 || first.status == 202) << first.status << first.body.substr(0, 2'000);
    const auto number = [](const Reply& reply, const char* name) { return std::stoul(accountOf(reply, name)); };
    const auto received = number(first, "received");
    RecordProperty("received", static_cast<int>(received));
    RecordProperty("accepted", accountOf(first, "accepted"));
    RecordProperty("quarantined", accountOf(first, "quarantined"));
    EXPECT_GT(received, 2'000u);
    EXPECT_EQ(received, number(first, "accepted") + number(first, "duplicate") + number(first, "quarantined") +
                            number(first, "refused") + number(first, "ignored"));
    EXPECT_EQ(0u, number(first, "quarantined")) << first.body.substr(0, 2'000);
    EXPECT_EQ(0u, number(first, "ignored"));
    EXPECT_EQ(received, number(first, "accepted"));

    // Each petition is a ticket of its own, and what was replied is a record of its own.
    const auto listed = federation.yht({"tickets", "--json", "--limit", "1000000"});
    const auto tickets = Reply{200, listed.output, ""}.json();
    ASSERT_TRUE(tickets.IsArray()) << listed.output.substr(0, 500);
    EXPECT_EQ(received, tickets.Size());
    std::size_t records = 0;
    for (const auto& ticket : tickets.GetArray()) records += std::stoul(json::textMember(ticket, "records"));
    RecordProperty("records", static_cast<int>(records));
    EXPECT_GT(records, received);
    EXPECT_LE(records, 2 * received);

    const auto again = board.post(kPath, workbook.str(), kWorkbook);
    EXPECT_EQ(received, number(again, "duplicate"));
    EXPECT_EQ(0u, number(again, "accepted"));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

}  // namespace
}  // namespace yht::scenarios
