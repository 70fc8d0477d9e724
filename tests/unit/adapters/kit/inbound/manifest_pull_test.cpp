// The `pull` section: the board of its keys is adapters/README.md.
#include <gmock/gmock.h>

#include "adapters/kit/inbound/manifest.h"
#include "adapters/kit/inbound/request_template.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ManifestPullTest : public ::testing::Test {
protected:
    ManifestPullTest() {
        writeProcessSource(folder_, "");
        folder_.product("product.yaml", "product: p\ndecode: { format: json, lines: true }\n");
    }
    void write(const std::string& pull) {
        folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nsecrets: { word: file:s.word }\npull:\n" + pull);
    }
    PullRules rules(const std::string& pull) {
        write(pull);
        const auto adapter = folder_.load();
        if (!adapter.ok()) {
            ADD_FAILURE() << adapter.error().detail;
            return {};
        }
        return *(*adapter)->manifest().pull;
    }
    std::string problems(const std::string& pull) {
        write(pull);
        return folder_.problems();
    }
    SourceFolder folder_;
};

TEST_F(ManifestPullTest, ReadsEachWayAsTheReadmeShowsIt) {
    EXPECT_STREQ("folder", pullKindName(rules("  folder: { directory: /var/x, pattern: '*.xlsx', owner: zz, after: move, move_to: /var/x/done }\n")));
    const auto sftp = rules(
        "  every_s: 300\n  quiet_hours: [\"22:00-04:30\"]\n  sftp: { host: h, user: u, host_keys: 'SHA256:uNiVztksCsDhcc0u9e8BrbeKSjt1JkKZ8pIMn7hjX0k', key: word, directory: /out, finished: { marker: '{stem}.ok' } }\n"
    );
    EXPECT_STREQ("sftp", pullKindName(sftp));
    EXPECT_EQ(22 * 60, sftp.quiet_hours.at(0).from_minute);
    EXPECT_EQ(4 * 60 + 30, sftp.quiet_hours.at(0).to_minute);
    EXPECT_EQ(FinishedRule::Kind::Marker, std::get<FilesPull>(sftp.way).finished.kind);
    EXPECT_STREQ("ftps", pullKindName(rules("  ftps: { host: h, user: u, password: word, ca: 'file:ca.pem', directory: /out }\n")));
    const auto http = rules(
        "  http:\n    url: https://h/list\n    query: { a: '{from}' }\n    paging: { kind: page, size: 50 }\n"
        "    cursor: { kind: time, path: at, format: '%Y-%m-%d %H:%M:%S', start: '2026-01-01 00:00:00', overlap_s: 300 }\n"
    );
    EXPECT_EQ(50, std::get<HttpPull>(http.way).paging.size);
    EXPECT_EQ(300, std::get<HttpPull>(http.way).cursor->overlap);
    const auto database = rules("  database: { connection: word, select: 'SELECT 1', mark: 'UPDATE t' }\n");
    EXPECT_EQ(500U, std::get<DatabasePull>(database.way).rows_max);
}

TEST_F(ManifestPullTest, TellsEveryMistakeWithItsPlaceAndTheNearestName) {
    const std::string told = problems(
        "  evry_s: 5\n  quiet_hours: [\"25:00-26:00\"]\n"
        "  sftp: { host: h, user: u, host_keys: MD5, password: hunter2, directory: out, after: move, finished: { stable_s: 1, marker: x } }\n"
    );
    EXPECT_THAT(told, HasSubstr("s/source.yaml:6: pull: unknown key evry_s, did you mean every_s?"));
    EXPECT_THAT(told, HasSubstr("quiet_hours: \"HH:MM-HH:MM\""));
    EXPECT_THAT(told, HasSubstr("host_keys: SHA256:"));
    EXPECT_THAT(told, HasSubstr("password: the name of an entry of secrets"));
    EXPECT_THAT(told, ::testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(told, HasSubstr("directory: an absolute path"));
    EXPECT_THAT(told, HasSubstr("move_to: with after: move"));
    EXPECT_THAT(told, HasSubstr("exactly one of marker, temporary, stable_s"));
}

TEST_F(ManifestPullTest, OneWayAloneAndPlaceholdersThatExist) {
    EXPECT_THAT(problems("  every_s: 5\n"), HasSubstr("exactly one of the sections"));
    EXPECT_THAT(problems("  http: { url: 'https://h/a?b=1', method: POST, body: '{\"a\":\"{pge}\",\"b\":\"{secret:x}\"}' }\n"), HasSubstr("there is no {pge}, did you mean page?"));
    EXPECT_THAT(folder_.problems(), HasSubstr("{secret:NAME} wants the name"));
    EXPECT_THAT(folder_.problems(), HasSubstr("url: https://HOST/PATH without a query"));
    EXPECT_THAT(problems("  database: { connection: word, select: 'SELECT 1' }\n"), HasSubstr("cursor or mark"));
}

TEST(RequestTemplateTest, FillsInWordsAndLeavesOtherBracesAlone) {
    EXPECT_THAT(templateWords(R"({"a":"{from}","b":{"c":1},"d":"{secret:x}"})"), ElementsAre("from", "secret:x"));
    const auto value = [](const std::string& word) -> base::Result<std::string> { return "<" + word + ">"; };
    EXPECT_EQ(R"({"a":"<from>","b":{},"c":"{X}"})", *fillTemplate(R"({"a":"{from}","b":{},"c":"{X}"})", value));
    EXPECT_FALSE(fillTemplate("{from}", [](const std::string&) -> base::Result<std::string> { return base::makeError(base::ErrorCode::ConfigInvalid); }).ok());
}

}  // namespace
}  // namespace yht::kit
