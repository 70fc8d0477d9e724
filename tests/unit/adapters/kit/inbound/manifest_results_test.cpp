// The `results` section: what goes home, in which form, over which way. The board of its keys is adapters/README.md.
#include <gmock/gmock.h>

#include <filesystem>

#include "adapters/kit/inbound/manifest.h"
#include "adapters/kit/inbound/manifest_tree.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFileProfile =
    "name: back\ntime_format: \"%Y\"\ntransport: {batch_max: 1, resend: idempotent}\n"
    "file: {directory: /out, staging: /staging, name: \"{seq}.json\", format: json}\n"
    "kinds:\n  result: {type: JG, rows: [{to: NR, from: public_reply, max: 200, overflow: cut}]}\n"
    "  visit: {type: HF, rows: [{to: YJ, from: visit_opinion, max: 200, overflow: cut}]}\n";

class ManifestResultsTest : public ::testing::Test {
protected:
    ManifestResultsTest() {
        writeProcessSource(folder_, "");
        std::filesystem::create_directories(folder_.products() + "/p/results");
        folder_.product("results/profile.yaml", kFileProfile);
    }
    void write(const std::string& of_product, const std::string& of_source) {
        folder_.product("product.yaml", "product: p\ndecode: { format: json }\n" + of_product);
        folder_.source("source.yaml", "id: s\ntitle: t\nproduct: p\nsecrets: { word: file:s.word }\n" + of_source);
    }
    std::optional<ResultsRules> rules(const std::string& of_product, const std::string& of_source) {
        write(of_product, of_source);
        const auto adapter = folder_.load();
        if (!adapter.ok()) {
            ADD_FAILURE() << adapter.error().detail;
            return std::nullopt;
        }
        return (*adapter)->manifest().results;
    }
    std::string problems(const std::string& of_source) {
        write("", of_source);
        return folder_.problems();
    }
    SourceFolder folder_;
};

TEST_F(ManifestResultsTest, AProductSaysWhatAndASourceWhither) {
    const auto read = rules(
        "results: { kinds: [result], sender_id: YHT, folder: {} }\n",
        "results: { kinds: [result, visit], folder: null, sftp: { host: h, user: u, host_keys: 'SHA256:uNiVztksCsDhcc0u9e8BrbeKSjt1JkKZ8pIMn7hjX0k', key: word } }\n"
    );
    ASSERT_TRUE(read);
    EXPECT_EQ(ticket::only(ticket::Kind::Result) | ticket::only(ticket::Kind::Visit), read->kinds);
    EXPECT_FALSE(read->from_start);
    EXPECT_TRUE(read->mask_secret);
    EXPECT_EQ("YHT", read->sender_id);
    EXPECT_EQ(folder_.products() + "/p/results", read->profile);
    EXPECT_EQ("word", std::get<SftpPull>(read->way).key);
    const auto tree = readManifestTree(folder_.sources(), folder_.products(), "s");
    ASSERT_TRUE(tree.ok());
    EXPECT_THAT(effectiveText(*tree), HasSubstr("results:\n  kinds: [result, visit]\n  sender_id: YHT\n  sftp:\n    host: h\n"));
}

TEST_F(ManifestResultsTest, ASourcesOwnProfileComesFirstAndNullTakesItBack) {
    std::filesystem::create_directories(folder_.sources() + "/s/results");
    folder_.source("results/profile.yaml", kFileProfile);
    const std::string product = "results: { kinds: [result], sender_id: YHT, folder: {} }\n";
    const auto read = rules(product, "results: { from: start, mask_secret: false }\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(folder_.sources() + "/s/results", read->profile);
    EXPECT_TRUE(read->from_start);
    EXPECT_FALSE(read->mask_secret);
    EXPECT_FALSE(rules(product, "results: null\n"));
}

TEST_F(ManifestResultsTest, TellsEveryMistakeWithItsPlaceAndTheNearestName) {
    const std::string told = problems("results: { kinds: [reslut, process], frm: now, http: { url: 'http://h/x' }, folder: {} }\n");
    EXPECT_THAT(told, HasSubstr("s/source.yaml:5"));
    EXPECT_THAT(told, HasSubstr("there is no kind reslut, did you mean result?"));
    EXPECT_THAT(told, HasSubstr("process has no rows in the profile"));
    EXPECT_THAT(told, HasSubstr("frm"));
    EXPECT_THAT(told, HasSubstr("sender_id"));
    EXPECT_THAT(told, HasSubstr("exactly one of http, folder, sftp, ftps, database"));
    EXPECT_THAT(problems("results: { kinds: [result], sender_id: a, profile: back, folder: {} }\n"), HasSubstr("there is no folder back with a profile.yaml"));
    EXPECT_THAT(problems("results: { kinds: [result], sender_id: a, database: { connection: word } }\n"), HasSubstr("a profile with a section file goes over folder, sftp or ftps"));
    EXPECT_THAT(problems("results: { kinds: [result], sender_id: a, database: { connection: wrod } }\n"), HasSubstr("the name of an entry of secrets, did you mean word?"));
    EXPECT_THAT(problems("results: { sender_id: a, folder: {} }\n"), HasSubstr("kinds: what goes home"));
    folder_.product("results/profile.yaml", std::string(kFileProfile) + "knids: {}\n");
    EXPECT_THAT(problems("results: { kinds: [result], sender_id: a, folder: {} }\n"), HasSubstr("knids"));
}

/// A profile that no manifest names goes nowhere.
TEST(ShippedResultsTest, EveryProfileIsNamedByItsSourcesManifest) {
    const std::string sources = YHT_SOURCE_DIR "/adapters/sources", products = YHT_SOURCE_DIR "/adapters/products";
    int profiles = 0;
    for (const auto& entry : std::filesystem::directory_iterator(sources)) {
        const std::string profile = entry.path().string() + "/results";
        if (!std::filesystem::is_regular_file(profile + "/profile.yaml")) continue;
        ++profiles;
        const std::string id = entry.path().filename();
        const auto adapter = Adapter::load(sources, products, id);
        ASSERT_TRUE(adapter.ok()) << adapter.error().detail;
        ASSERT_TRUE((*adapter)->manifest().results) << id;
        EXPECT_EQ(profile, (*adapter)->manifest().results->profile);
    }
    EXPECT_GE(profiles, 6);
}

}  // namespace
}  // namespace yht::kit
