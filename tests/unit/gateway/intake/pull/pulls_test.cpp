// Workers over a real folder and a real ledger; time stands still but for their own waiting.
#include <gmock/gmock.h>

#include <Poco/Net/ServerSocket.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/intake/pull/pulls.h"
#include "gateway/intake/pull/source_health.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PullsTest : public SourceTest {
protected:
    PullsTest() : directory_(fs::temp_directory_path() / ("yht-pulls-" + std::to_string(::getpid()))) {
        fs::create_directories(directory_);
        adapter().changeManifest().assurance_min = 5;
        adapter().changeManifest().pull = rules();
    }
    ~PullsTest() override {
        pulls_.reset();
        fs::remove_all(directory_);
    }

    kit::PullRules rules() const {
        kit::FilesPull files;
        files.directory = directory_.string();
        files.finished.kind = kit::FinishedRule::Kind::Temporary;
        files.finished.temporary = {"*.tmp"};
        files.at = kit::FolderPull{};
        kit::PullRules rules;
        rules.every_s = 1;
        rules.way = files;
        return rules;
    }
    kit::FilesPull& files() { return std::get<kit::FilesPull>(adapter().changeManifest().pull->way); }
    LineAdapter& adapter() { return *shared_; }

    void put(const std::string& name, const std::vector<std::string>& items) {
        std::ofstream(directory_ / (name + ".tmp")) << lines(items);
        fs::rename(directory_ / (name + ".tmp"), directory_ / name);
    }
    void start() {
        pulls_ = std::make_unique<Pulls>(PullParts{
            ledger_.store(), *messages_, *trust_, clock_, random_,
            [](const std::string&) -> base::Result<std::string> { return base::makeError(base::ErrorCode::ConfigInvalid, "no secrets"); },
            [](const std::string& file) { return file; },
            [this](const std::string& line) {
                const std::lock_guard lock(told_mutex_);
                told_.push_back(line);
            }});
        use();
    }
    void use() { pulls_->use({{"zz-media", shared_}}); }
    PullFacts facts() { return pullFacts(*ledger_.store().snapshot().value(), "zz-media"); }
    std::vector<std::string> told() {
        const std::lock_guard lock(told_mutex_);
        return told_;
    }
    /// Waits for what must come sooner or later; the bound is the test program's own.
    template <class Condition>
    void until(const Condition& condition) {
        while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }

    const fs::path directory_;
    std::shared_ptr<LineAdapter> shared_ = std::make_shared<LineAdapter>("zz-media");
    std::unique_ptr<Pulls> pulls_;
    std::mutex told_mutex_;
    std::vector<std::string> told_;
};

TEST_F(PullsTest, AFileBecomesRecordsOnceAndItsBadItemWaitsInQuarantine) {
    put("a.txt", {mediaAppeal("M1"), "drop", "ignore test", mediaAppeal("M2")});
    start();
    until([&] { return account().received == 4; });
    EXPECT_EQ(2U, account().accepted);
    EXPECT_EQ(1U, account().quarantined);
    EXPECT_EQ(1U, account().ignoredCount());
    EXPECT_TRUE(account().balances());
    put("b.txt", {mediaAppeal("M3")});
    until([&] { return account().received == 5; });
    EXPECT_EQ(2U, facts().portion);  // a.txt was asked about again meanwhile, and not read
    EXPECT_EQ(ledger::Assurance::AllowList, leaf(1).assurance);
}

TEST_F(PullsTest, AFilesItemsAreAsLateAsTheirEventsWhateverTheFilesTime) {
    const std::string at = base::formatRfc3339(clock_.nowMillis() - 7'200'000);
    put("a.txt", {mediaAppeal("M1", {{"event_time", at}, {"appeal_time", at}})});
    start();
    until([&] { return account().received == 1; });
    const ticket::Calendar calendar;
    const auto health = healthOf(*ledger_.store().snapshot().value(), adapter().manifest(), {clock_.nowMillis(), 0, calendar});
    EXPECT_EQ(7'200, health.lag_s);
}

TEST_F(PullsTest, WhatWasReadIsKnownAfterARestart) {
    put("a.txt", {mediaAppeal("M1")});
    start();
    until([&] { return account().received == 1; });
    pulls_.reset();
    restart();
    start();
    put("b.txt", {mediaAppeal("M2")});
    until([&] { return account().received == 2; });
    EXPECT_EQ(2U, account().accepted);
    EXPECT_EQ(0U, account().duplicate);
}

TEST_F(PullsTest, AFileThatChangedIsReadAgainAndOnlyWhatIsNewIsNew) {
    put("a.txt", {mediaAppeal("M1")});
    start();
    until([&] { return account().received == 1; });
    put("a.txt", {mediaAppeal("M1"), mediaAppeal("M2")});
    until([&] { return account().received == 3; });
    EXPECT_EQ(2U, account().accepted);
    EXPECT_EQ(1U, account().duplicate);
}

TEST_F(PullsTest, AFileIsMovedOnlyAfterItsCommit) {
    const fs::path done = directory_ / "done";
    fs::create_directories(done);
    files().after = kit::AfterFile::Move;
    files().move_to = done.string();
    put("a.txt", {mediaAppeal("M1")});
    start();
    until([&] { return fs::exists(done / "a.txt"); });
    EXPECT_EQ(1U, account().accepted);
    EXPECT_FALSE(fs::exists(directory_ / "a.txt"));
}

TEST_F(PullsTest, ATooLargeFileIsCountedAsRefusedAndHoldsUpNothing) {
    files().file_bytes_max = 2'000;
    put("a.txt", {std::string(3'000, 'x')});
    put("b.txt", {mediaAppeal("M1")});
    start();
    until([&] { return account().accepted == 1; });
    EXPECT_EQ(1U, account().refused);
    EXPECT_TRUE(account().balances());
    put("c.txt", {mediaAppeal("M2")});
    until([&] { return account().accepted == 2; });
    EXPECT_EQ(1U, account().refused);  // once
}

TEST_F(PullsTest, ItemsBeyondTheBoundOfAPortionWaitAsOne) {
    std::vector<std::string> many(kPulledItemsMax + 5, "ignore x");
    put("a.txt", many);
    start();
    until([&] { return account().received > 0 && facts().portion == 1; });
    EXPECT_EQ(kPulledItemsMax, account().ignoredCount());
    EXPECT_EQ(1U, account().quarantined);
    ASSERT_EQ(1U, quarantined().size());
    EXPECT_EQ(kPulledItemsMax, quarantined()[0].item_index);
    EXPECT_EQ("adapter.item_too_large", quarantined()[0].reason);
}

/// Of the list of thirty pitfalls.
TEST_F(PullsTest, P23_ASourceThatNeverAnswersHoldsUpNoOther) {
    Poco::Net::ServerSocket silent(Poco::Net::SocketAddress("127.0.0.1", 0));
    auto slow = std::make_shared<LineAdapter>("zz-media");
    slow->changeManifest().id = "zz-slow";
    slow->changeManifest().assurance_min = 5;
    kit::HttpPull http;
    http.request.url = "http://127.0.0.1:" + std::to_string(silent.address().port()) + "/list";
    slow->changeManifest().pull = rules();
    slow->changeManifest().pull->way = http;
    slow->changeManifest().pull->timeout_s = 3'600;
    start();
    pulls_->use({{"zz-media", shared_}, {"zz-slow", slow}});
    const auto asked = silent.acceptConnection();  // it is being asked, and says nothing
    for (const char* number : {"M1", "M2"}) {
        const auto before = account().accepted;
        put(std::string(number) + ".txt", {mediaAppeal(number)});
        until([&] { return account().accepted == before + 1; });
    }
}

TEST_F(PullsTest, AProofTooWeakStopsTheSourceAndIsToldOnce) {
    adapter().changeManifest().assurance_min = 3;
    put("a.txt", {mediaAppeal("M1")});
    start();
    until([&] { return !facts().trouble.empty(); });
    EXPECT_EQ("speaker.right_missing", facts().trouble);
    EXPECT_EQ("", facts().cursor);
    EXPECT_THAT(told(), ElementsAre(HasSubstr("zz-media: can't be pulled")));
    EXPECT_EQ(0U, account().accepted);
}

TEST_F(PullsTest, TroubleEndsAndIsToldOnce) {
    fs::remove_all(directory_);
    start();
    until([&] { return !facts().trouble.empty(); });
    fs::create_directories(directory_);
    put("a.txt", {mediaAppeal("M1")});
    until([&] {
        pulls_->wake("zz-media");
        return account().accepted == 1 && facts().trouble.empty();
    });
    EXPECT_THAT(told(), ElementsAre(HasSubstr("can't be pulled"), HasSubstr("pulled again")));
}

TEST_F(PullsTest, APausedSourceIsNotAskedUntilItIsResumed) {
    const auto pause = [&](const Pause& with) {
        ASSERT_TRUE(ledger_.store().run([&](ledger::Transaction& transaction) { return keepPause(transaction, "zz-media", with); }).ok());
    };
    pause({"uid:0", "their database moves", clock_.nowMillis()});
    put("a.txt", {mediaAppeal("M1")});
    start();
    for (int i = 0; i < 20; ++i) {
        pulls_->wake("zz-media");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(0U, account().received);
    pause({});
    until([&] {
        pulls_->wake("zz-media");
        return account().accepted == 1;
    });
}

TEST_F(PullsTest, AReloadWithAnotherAdapterGoesOnFromTheSameCursor) {
    put("a.txt", {mediaAppeal("M1")});
    start();
    until([&] { return account().received == 1; });
    auto next = std::make_shared<LineAdapter>("zz-media");
    next->changeManifest() = adapter().manifest();
    next->mend();
    shared_ = next;
    use();
    put("b.txt", {mediaAppeal("M2")});
    until([&] { return account().received == 2; });
    EXPECT_EQ(2U, account().accepted);
    EXPECT_EQ(0U, account().duplicate);
}

TEST_F(PullsTest, ASourceTakenOutOfServiceIsNotAskedAnyMore) {
    start();
    EXPECT_TRUE(pulls_->wake("zz-media"));
    pulls_->use({});
    EXPECT_FALSE(pulls_->wake("zz-media"));
}

/// The store fails, as it were, at the last moment: neither records nor cursor stand.
TEST_F(PullsTest, CursorAndRecordsStandOrFallTogether) {
    const trust::PullVerifier verifier(*trust_, clock_);
    const auto message = verifier.verify({"zz-media", "", {}, 0}, lines({mediaAppeal("M1")}));
    ASSERT_TRUE(message.ok());
    SourceMessageContext context;
    context.in_last_commit = [](ledger::Transaction& transaction) -> base::Status {
        PullFacts facts;
        facts.cursor = "moved";
        if (auto kept = keepPullFacts(transaction, "zz-media", facts); !kept.ok()) return kept;
        return base::makeError(base::ErrorCode::DiskFull);
    };
    EXPECT_FALSE(messages_->submitMessage(*message, adapter(), context).ok());
    EXPECT_EQ("", facts().cursor);
    EXPECT_EQ(0U, ledger_.store().snapshot().value()->lastSeq());
    EXPECT_EQ(0U, account().received);
}

}  // namespace
}  // namespace yht::intake
