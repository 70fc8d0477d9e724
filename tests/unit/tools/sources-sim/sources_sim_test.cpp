// What the simulator says is what the adapters of these sources take, and its troubles are troubles to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/ticket/record_json.h"
#include "tools/sources-sim/board.h"
#include "tools/sources-sim/caller.h"
#include "tools/sources-sim/charset.h"
#include "tools/sources-sim/drop.h"
#include "tools/sources-sim/sheet_files.h"
#include "tools/sources-sim/soap_text.h"
#include "tools/stage/listener.h"
#include "tools/stage/port_lease.h"

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
std::vector<std::string> fatesOf(const kit::Adapter& adapter, const std::string& body) {
    std::vector<std::string> found;
    const auto read = adapter.adapt(body, {.received_ms = 1'571'100'000'000}, {}, [&](kit::AdaptedItem&& item) {
        if (item.fate == kit::ItemFate::Records && isValid(item.records[0].record)) {
            found.emplace_back(ticket::kindRow(item.records[0].record.kind()).name);
        } else found.push_back(item.fate == kit::ItemFate::Ignored ? "ignored " + item.ignored_by : "failed");
        return true;
    });
    if (!read.ok()) found.emplace_back("unreadable");
    return found;
}

/// What goes over the wire, or lies in a folder: a call each, one file, one page.
std::vector<std::string> bodiesOf(const Shape& shape, const ShapeOptions& options, const Troubles& troubles) {
    const auto messages = said(shape, options, troubles);
    if (*shape.extension != '\0') return messages.empty() ? std::vector<std::string>() : std::vector{fileOf(shape, messages, troubles)};
    if (shape.name == std::string("board")) {
        Board board({options, troubles, "key"});
        return {board.take({.method = "GET", .path = "/api/threads", .query = {{"pageSize", "500"}}, .fields = {{"x-app-key", "key"}}})->body};
    }
    std::vector<std::string> bodies;
    for (const Message& each : messages) {
        const std::string json = written(shape, jsonOf(each), troubles);
        bodies.push_back(shape.name == std::string("third") ? soapCallOf(each, "session", json) : json);
    }
    return bodies;
}

struct Played {
    const char *shape, *source;
    std::size_t items_of_six;  // that six cases give
};

class SimulatedSource : public testing::TestWithParam<Played> {
protected:
    SimulatedSource() : adapter_(adapterOf(GetParam().source)), shape_(*findShape(GetParam().shape)) {}
    std::vector<std::string> fates(const ShapeOptions& options, const Troubles& troubles = {}) const {
        std::vector<std::string> found;
        for (const auto& body : bodiesOf(shape_, options, troubles)) {
            for (auto& fate : fatesOf(*adapter_, body)) found.push_back(std::move(fate));
        }
        return found;
    }
    std::vector<std::string> fatesWith(Trouble trouble) const { return fates({.cases = 6}, {trouble}); }

    const std::shared_ptr<const kit::Adapter> adapter_;
    const Shape& shape_;
};

TEST_P(SimulatedSource, SaysWhatItsAdapterTakes) {
    const auto found = fates({.cases = 6});
    EXPECT_THAT(found, SizeIs(GetParam().items_of_six));
    EXPECT_THAT(found, Each(testing::AnyOf("appeal", "process", "result")));
}

TEST_P(SimulatedSource, TroubleIsTroubleToItsAdapter) {
    EXPECT_THAT(fatesWith(Trouble::RenamedMember), Each(testing::AnyOf("failed", "unreadable")));
    EXPECT_THAT(fatesWith(Trouble::UnknownCode), testing::Contains("failed"));
    EXPECT_THAT(fatesWith(Trouble::Torn), testing::Contains(testing::AnyOf("failed", "unreadable")));
    // A workbook says its charset itself.
    if (shape_.extension != std::string(".xlsx")) {
        EXPECT_THAT(fatesWith(Trouble::WrongCharset), testing::Contains(testing::AnyOf("failed", "unreadable")));
    }
    EXPECT_THAT(fatesWith(Trouble::Silence), IsEmpty());
    EXPECT_THAT(fatesWith(Trouble::Duplicate), SizeIs(2 * GetParam().items_of_six));
    const ShapeOptions options{.cases = 6};
    EXPECT_EQ(jsonOf(said(shape_, options, {}).front()), jsonOf(said(shape_, options, {Trouble::Reordered}).back()));
}

TEST_P(SimulatedSource, NumbersAndTimesOfALaterRunAreOthers) {
    const auto earlier = said(shape_, {.cases = 2}, {}), later = said(shape_, {.cases = 1, .first_no = 2}, {});
    EXPECT_NE(earlier.front().ref, later.front().ref);
    EXPECT_EQ(earlier.back().ref, later.front().ref);
    EXPECT_NE(jsonOf(said(shape_, {.cases = 1}, {}).front()), jsonOf(said(shape_, {.cases = 1, .skew_s = 60}, {}).front()));
}

INSTANTIATE_TEST_SUITE_P(
    All, SimulatedSource,
    testing::Values(Played{"110", "zz-110", 18}, Played{"12315", "zz-12315", 18}, Played{"third", "zz-street", 9},
                    Played{"district", "zz-hetang", 6}, Played{"workbook", "zz-12348", 6}, Played{"foxpro", "bj-12355", 6},
                    Played{"grid", "zz-shifeng", 6}, Played{"board", "zz-zhizhuxia", 6}),
    [](const auto& each) { return std::string("of") + each.param.shape; }
);

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

TEST(Answers, HttpOkAloneIsNotDone) {
    EXPECT_FALSE(understood("110", 200, R"({"code":"400"})").done);
    EXPECT_FALSE(understood("110", 200, "<html>").done);
    EXPECT_FALSE(understood("110", 500, R"({"code":"200"})").done);
    EXPECT_TRUE(understood("110", 200, R"({"code":"200","data":"430200-20191015-0000001-0"})").done);
    EXPECT_EQ("430200-20191015-0000001-0", understood("110", 200, R"({"code":"200","data":"430200-20191015-0000001-0"})").number);
    EXPECT_FALSE(understood("12315", 200, R"({"success":false})").done);
    EXPECT_EQ("N-1", understood("12315", 200, R"({"success":true,"data":"N-1"})").number);
    const auto soap = [](const std::string& text) { return soapAnswerOf("SubmitThird", text); };
    EXPECT_EQ("N-2", understood("third", 200, soap(R"({"Success":true,"Number":"N-2"})")).number);
    EXPECT_FALSE(understood("third", 200, soap(R"({"Success":false,"Message":"<b>&"})")).done);
    EXPECT_FALSE(understood("third", 200, R"({"Success":true})").done);
}

TEST(Caller, NobodyThereIsSaid) {
    const stage::PortLease port;
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
        ASSERT_TRUE(drop({folder, "a.csv", writing, 1, "a.ok"}, bytes));
        EXPECT_TRUE(std::filesystem::remove(std::string(folder) + "/a.ok"));
        std::ifstream in(std::string(folder) + "/a.csv", std::ios::binary);
        EXPECT_EQ(bytes, std::string(std::istreambuf_iterator<char>(in), {}));
    }
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder)) names.push_back(file.path().filename());
    EXPECT_THAT(names, ElementsAre("a.csv"));
    EXPECT_FALSE(drop({std::string(folder) + "/none", "a.csv", Writing::Renamed}, bytes));
    ASSERT_TRUE(drop({folder, "b.csv", Writing::Half, 1, "b.ok"}, bytes));
    EXPECT_EQ(500u, std::filesystem::file_size(std::string(folder) + "/b.csv"));
    EXPECT_FALSE(std::filesystem::exists(std::string(folder) + "/b.ok"));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace yht::sources_sim
