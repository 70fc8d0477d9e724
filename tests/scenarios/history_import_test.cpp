// A year's workbook of before a source was linked, as large as real ones are, becomes history: all of it, with the file itself as
// evidence, in memory that is a few times the file's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gateway/base/bytes.h"
#include "tests/scenarios/federation.h"
#include "tools/stage/workbook.h"

namespace yht::scenarios {
namespace {

using testing::HasSubstr;

constexpr std::size_t kXmlBytes = 60'500'000;           // 37 MB packed
constexpr std::size_t kFormerFileBytesMax = 16U << 20;  // what a message that is pushed may have
constexpr std::size_t kCharacters = 1'800;              // of one matter
// As it came, sealed, and once more within the database; beside them the database's pages (64 MiB), the decoder and the items of a commit.
constexpr std::size_t kFilesAtOnce = 3, kBesideFilesBytes = 144U << 20;

stage::WorkbookRow rowOf(std::size_t number) {
    const std::string title = stage::chineseText(2 * number, 20), text = stage::chineseText(2 * number + 1, kCharacters);
    return {{"NO", "H-" + std::to_string(number)}, {"TIME", "2018-04-18 09:30:00", true}, {"TITLE", title}, {"TEXT", text}};
}

std::string fileText(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class HistoryScenario : public ::testing::Test {
protected:
    HistoryScenario() {
        write("products/yearly/product.yaml", "product: yearly\nproduct_title: yearly\nproduct_version: \"1\"\ndecode: {format: xlsx}\n");
        write("products/yearly/mapping.yaml", R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {const: "1"}
      category_path: {const: "供热"}
      title: TITLE
      content: TEXT
      handling_way: {const: "0"}
      is_anonymous: {const: "true"}
      is_secret: {const: "false"}
      area_code: {const: "430200"}
      urgency: {const: "3"}
)");
        write("sources/zz-yearly/source.yaml",
              "id: zz-yearly\ntitle: t\nproduct: yearly\nsource: zz-12315\nlifecycle: live\nowner: {unit: 局, person: 班长}\n");
    }
    void write(const std::string& name, const std::string& text) const {
        const std::filesystem::path path = federation.deployment() + "/" + name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }
    Federation federation;
};

TEST_F(HistoryScenario, AYearsWorkbookIsImportedWholeAndKeptAsItCame) {
    const std::string file = federation.directory() + "/2018.xlsx";
    const auto size = stage::writeWorkbook(file, kXmlBytes, rowOf);
    const auto bytes = std::filesystem::file_size(file);
    ASSERT_GT(bytes, 2 * kFormerFileBytesMax);
    federation.useTwoCores();
    federation.startGateway();
    federation.forgetGatewayPeak();
    const std::size_t before_kib = federation.gatewayPeakKib();
    const auto imported = federation.yht({"history", "import", "zz-yearly", file, "--why", "asked by the city"});
    const std::size_t grown_kib = federation.gatewayPeakKib() - before_kib;
    const std::string rows = std::to_string(size.rows - 1);
    EXPECT_EQ(0, imported.exit_code);
    EXPECT_THAT(imported.output, HasSubstr("received " + rows + ", 入账 accepted " + rows + ", "));
    if (Federation::slower() == 1) {
        EXPECT_LT(grown_kib, (kFilesAtOnce * bytes + kBesideFilesBytes) / 1024);
    }
    RecordProperty("rows", rows);
    RecordProperty("file_kib", std::to_string(bytes / 1024));
    RecordProperty("grown_kib", std::to_string(grown_kib));
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
    const std::string evidence = federation.directory() + "/2018.evidence";
    ASSERT_EQ(0, federation.yht({"ledger", "export", "--why", "test", "--out", evidence}).exit_code);
    EXPECT_NE(std::string::npos, fileText(evidence).find(fileText(file)));
}

}  // namespace
}  // namespace yht::scenarios
