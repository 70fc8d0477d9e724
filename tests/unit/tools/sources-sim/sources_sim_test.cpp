// What the simulator says is what the adapters of these sources take, and its troubles are troubles to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/ticket/record_json.h"
#include "tools/sources-sim/caller.h"
#include "tools/sources-sim/drop.h"
#include "tools/sources-sim/trouble.h"
#include "tools/stage/listener.h"

namespace yht::sources_sim {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::shared_ptr<const kit::Adapter> adapterOf(const std::string& source) {
    const std::string root = YHT_SOURCE_DIR "/adapters/";
    auto adapter = kit::Adapter::load(root + "sources", root + "products", source);
    EXPECT_TRUE(adapter.ok()) << base::describe(adapter.error());
    return *adapter;
}

/// As admission judges it, the source's name aside.
bool isValid(ticket::Record record) {
    record.set(ticket::Field::source, std::string("zz"));
    const auto document = json::parse(ticket::canonicalText(record));
    return document.ok() && ticket::readRecord(*document).ok();
}

/// "appeal", "process", "failed", "ignored NAME" of every item, and "unreadable" of a message.
std::vector<std::string> fates(const kit::Adapter& adapter, const std::vector<Message>& messages) {
    std::vector<std::string> found;
    for (const Message& each : messages) {
        const auto read = adapter.adapt(each.body, {.received_ms = 1'571'100'000'000}, {}, [&](kit::AdaptedItem&& item) {
            if (item.fate == kit::ItemFate::Records && isValid(item.records[0].record)) {
                found.emplace_back(ticket::kindRow(item.records[0].record.kind()).name);
            } else found.push_back(item.fate == kit::ItemFate::Ignored ? "ignored " + item.ignored_by : "failed");
            return true;
        });
        if (!read.ok()) found.emplace_back("unreadable");
    }
    return found;
}

class SimulatedSource : public testing::TestWithParam<const char*> {
protected:
    SimulatedSource() : adapter_(adapterOf(GetParam())) {}
    std::vector<Message> messages(std::size_t cases = 3) const {
        const ShapeOptions options{.cases = cases};
        return std::string(GetParam()) == "zz-110" ? messagesOf110(options) : messagesOf12315(options);
    }
    std::vector<std::string> fatesWith(Trouble trouble) const { return fates(*adapter_, troubled(messages(), trouble)); }

    const std::shared_ptr<const kit::Adapter> adapter_;
};

TEST_P(SimulatedSource, SaysWhatItsAdapterTakes) {
    const auto found = fates(*adapter_, messages(20));
    EXPECT_THAT(found, SizeIs(60));
    EXPECT_THAT(found, Each(testing::AnyOf("appeal", "process", "result")));
}

TEST_P(SimulatedSource, TroubleIsTroubleToItsAdapter) {
    EXPECT_THAT(fatesWith(Trouble::RenamedMember), Each("failed"));
    EXPECT_THAT(fatesWith(Trouble::Torn), Each(testing::AnyOf("failed", "unreadable")));
    EXPECT_THAT(fatesWith(Trouble::WrongCharset), testing::Contains(testing::AnyOf("failed", "unreadable")));
    EXPECT_THAT(fatesWith(Trouble::UnknownCode), testing::Contains("failed"));
    EXPECT_THAT(fatesWith(Trouble::Silence), IsEmpty());
    EXPECT_THAT(fatesWith(Trouble::Duplicate), SizeIs(18));
    EXPECT_EQ(messages().front().body, troubled(messages(), Trouble::Reordered).back().body);
}

TEST_P(SimulatedSource, NumbersOfALaterRunAreOthers) {
    const auto later = std::string(GetParam()) == "zz-110" ? messagesOf110({.cases = 1, .first_no = 2}) : messagesOf12315({.cases = 1, .first_no = 2});
    EXPECT_EQ(messages(2)[3].ref, later[0].ref);
    EXPECT_NE(messages(1)[0].ref, later[0].ref);
}

INSTANTIATE_TEST_SUITE_P(All, SimulatedSource, testing::Values("zz-110", "zz-12315"));

TEST(Trouble, EveryRowHasItsName) {
    for (const auto& row : troubleTable()) EXPECT_EQ(row.trouble, findTrouble(row.name));
    EXPECT_FALSE(findTrouble("none"));
    EXPECT_EQ("\xD6\xD0", inGbk("中"));
    EXPECT_FALSE(inGbk("\xFF"));
}

TEST(Caller, RepeatsUntilItHearsDoneInItsOwnTerms) {
    std::mutex mutex;
    std::vector<std::string> bodies, tokens;
    std::vector<stage::HttpAnswer> answers{{.status = 500, .body = "{}"},
                                           {.status = 200, .body = R"({"code":"503","message":"busy"})"},
                                           {.status = 200, .body = R"({"code":200})"}};
    stage::Listener listener({}, [&](const stage::HttpRequest& request) {
        const std::lock_guard lock(mutex);
        bodies.push_back(request.path + " " + request.body);
        tokens.push_back(request.field("x-access-token"));
        return answers[std::min(bodies.size(), answers.size()) - 1];
    });
    Caller caller({.base_url = "http://127.0.0.1:" + std::to_string(listener.port()),
                   .headers = {{"X-Access-Token", "word"}},
                   .tries_max = 5,
                   .between_tries_ms = 1});
    const Heard heard = caller.call("/deal12345/pushJjd", "{1}");
    EXPECT_TRUE(heard.done);
    EXPECT_EQ(3, heard.tries);
    EXPECT_THAT(bodies, Each("/deal12345/pushJjd {1}"));
    EXPECT_THAT(tokens, Each("word"));
}

TEST(Caller, HttpOkWithAnotherCodeIsNotDone) {
    EXPECT_FALSE(saysDone(200, R"({"code":"400"})"));
    EXPECT_FALSE(saysDone(200, R"({"Success":false})"));
    EXPECT_FALSE(saysDone(200, "<html>"));
    EXPECT_FALSE(saysDone(500, R"({"code":"200"})"));
    EXPECT_TRUE(saysDone(200, R"({"code":"200","data":"430200-20191015-0000001-0"})"));
}

TEST(Caller, NobodyThereIsSaid) {
    std::uint16_t port = 0;
    {
        stage::Listener gone({}, [](const stage::HttpRequest&) { return stage::HttpAnswer{}; });
        port = gone.port();
    }
    Caller caller({.base_url = "http://127.0.0.1:" + std::to_string(port), .tries_max = 1});
    const Heard heard = caller.call("/x", "{}");
    EXPECT_FALSE(heard.done);
    EXPECT_EQ(0, heard.status);
    EXPECT_FALSE(heard.detail.empty());
}

TEST(Drop, EveryWayEndsWithTheWholeFile) {
    char folder[] = "/tmp/yht-drop-XXXXXX";
    ASSERT_NE(nullptr, ::mkdtemp(folder));
    const std::string bytes(1001, 'x');
    for (const Writing writing : {Writing::AtOnce, Writing::Renamed, Writing::InHalves}) {
        ASSERT_TRUE(drop(folder, "a.csv", bytes, writing, 1));
        std::ifstream in(std::string(folder) + "/a.csv", std::ios::binary);
        EXPECT_EQ(bytes, std::string(std::istreambuf_iterator<char>(in), {}));
    }
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder)) names.push_back(file.path().filename());
    EXPECT_THAT(names, ElementsAre("a.csv"));
    EXPECT_FALSE(drop(std::string(folder) + "/none", "a.csv", bytes, Writing::Renamed, 1));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace yht::sources_sim
