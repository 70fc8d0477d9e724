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

/// Answers every request with an empty list, and notes when the test's clock had each come. Who does not bring `wanted` in its head
/// hears 401.
class EmptyList {
public:
    explicit EmptyList(const base::Clock& clock, std::string wanted = "") : wanted_(std::move(wanted)), clock_(clock), thread_([this](const std::stop_token& stop) { serve(stop); }) {}

    std::string url() const { return "http://127.0.0.1:" + std::to_string(socket_.address().port()) + "/list"; }
    std::vector<std::int64_t> asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (!socket_.poll(Poco::Timespan(0, 10'000), Poco::Net::Socket::SELECT_READ)) continue;
            auto asking = socket_.acceptConnection();
            char head[4'096];
            const int bytes = asking.receiveBytes(head, sizeof head);
            if (bytes <= 0) continue;
            const bool welcome = std::string_view(head, static_cast<std::size_t>(bytes)).find(wanted_) != std::string_view::npos;
            {
                const std::lock_guard lock(mutex_);
                asked_.push_back(clock_.steadyMillis());
            }
            const std::string answer =
                std::string("HTTP/1.1 ") + (welcome ? "200 OK" : "401 Unauthorized") + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]";
            asking.sendBytes(answer.data(), static_cast<int>(answer.size()));
        }
    }

    const std::string wanted_;
    const base::Clock& clock_;
    Poco::Net::ServerSocket socket_{Poco::Net::SocketAddress("127.0.0.1", 0)};
    std::mutex mutex_;
    std::vector<std::int64_t> asked_;  // protected by mutex_
    std::jthread thread_;
};

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
            [this](const std::string&) -> base::Result<std::string> {
                const std::lock_guard lock(told_mutex_);
                if (password_.empty()) return base::makeError(base::ErrorCode::ConfigInvalid, "no secrets");
                return password_;
            },
            [](const std::string& file) { return file; },
            [this](const std::string& line) {
                const std::lock_guard lock(told_mutex_);
                told_.push_back(line);
            }});
        use();
    }
    void use() { pulls_->use({{"zz-media", shared_}}); }
    /// Wakes the source again and again; what it must not do it has had every chance to do then.
    void wakeOften() {
        for (int i = 0; i < 20; ++i) {
            pulls_->wake("zz-media");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    /// The wall clock at a time of a day in Shanghai; the day after next, so that certificates hold and clocks go forward.
    void stepToTime(int hour, int minute) {
        const base::UnixMillis offset_ms = base::kShanghaiOffsetSeconds * 1'000LL, day_ms = 86'400'000;
        if (midnight_ms_ == 0) midnight_ms_ = ((clock_.nowMillis() + offset_ms) / day_ms + 2) * day_ms - offset_ms;
        clock_.stepTo(midnight_ms_ + (hour * 60LL + minute) * 60'000);
    }
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
    std::string password_;  // the one secret; protected by told_mutex_
    base::UnixMillis midnight_ms_ = 0;
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
    std::vector<std::string> many(kSourceFileItemsMax + 5, "ignore x");
    put("a.txt", many);
    start();
    until([&] { return account().received > 0 && facts().portion == 1; });
    EXPECT_EQ(kSourceFileItemsMax, account().ignoredCount());
    EXPECT_EQ(1U, account().quarantined);
    ASSERT_EQ(1U, quarantined().size());
    EXPECT_EQ(kSourceFileItemsMax, quarantined()[0].item_index);
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

TEST_F(PullsTest, P24_APasswordThatRanOutIsToldOnceAndTheNewOneGoesOn) {
    EmptyList list(clock_, "Authorization: Basic eWh0Om5ld2VyLXdvcmQ=");  // yht:newer-word
    kit::HttpPull http;
    http.request.url = list.url();
    http.auth.user = "yht";
    http.auth.password = "door";
    adapter().changeManifest().secrets = {{"door", "file:door"}};
    adapter().changeManifest().pull->way = http;
    password_ = "older-word";
    start();
    until([&] { return facts().trouble == "peer.login_refused"; });
    const auto asked = list.asked().size();
    until([&] {
        pulls_->wake("zz-media");
        return list.asked().size() > asked;
    });
    EXPECT_THAT(told(), ElementsAre(HasSubstr("can't be pulled")));
    {
        const std::lock_guard lock(told_mutex_);
        password_ = "newer-word";
    }
    until([&] {
        pulls_->wake("zz-media");
        return facts().trouble.empty();
    });
    EXPECT_THAT(told(), ElementsAre(HasSubstr("can't be pulled"), HasSubstr("pulled again")));
    for (const auto& line : told()) EXPECT_THAT(line, ::testing::Not(HasSubstr("word")));
}

TEST_F(PullsTest, APausedSourceIsNotAskedUntilItIsResumed) {
    const auto pause = [&](const Pause& with) {
        ASSERT_TRUE(ledger_.store().run([&](ledger::Transaction& transaction) { return keepPause(transaction, "zz-media", with); }).ok());
    };
    pause({"uid:0", "their database moves", clock_.nowMillis()});
    put("a.txt", {mediaAppeal("M1")});
    start();
    wakeOften();
    EXPECT_EQ(0U, account().received);
    pause({});
    until([&] {
        pulls_->wake("zz-media");
        return account().accepted == 1;
    });
}

TEST_F(PullsTest, InQuietHoursASourceIsNotAsked) {
    adapter().changeManifest().pull->quiet_hours = {{2 * 60, 4 * 60 + 30}};
    stepToTime(2, 0);
    put("a.txt", {mediaAppeal("M1")});
    start();
    wakeOften();
    EXPECT_EQ(0U, account().received);
    stepToTime(4, 29);
    wakeOften();
    EXPECT_EQ(0U, account().received);
    EXPECT_EQ(0, facts().last_success_ms);
    stepToTime(4, 30);
    until([&] {
        pulls_->wake("zz-media");
        return account().accepted == 1;
    });
    EXPECT_THAT(told(), ::testing::IsEmpty());  // a source that is left alone is in no trouble
}

TEST_F(PullsTest, QuietHoursMayPassMidnight) {
    adapter().changeManifest().pull->quiet_hours = {{23 * 60 + 30, 60}};
    stepToTime(23, 29);
    put("a.txt", {mediaAppeal("M1")});
    start();
    until([&] {
        pulls_->wake("zz-media");
        return account().accepted == 1;
    });
    pulls_.reset();  // no pull that began before is still under way
    stepToTime(23, 30);
    put("b.txt", {mediaAppeal("M2")});
    start();
    wakeOften();
    EXPECT_EQ(1U, account().received);
    stepToTime(24, 59);
    wakeOften();
    EXPECT_EQ(1U, account().received);
    stepToTime(25, 0);
    until([&] {
        pulls_->wake("zz-media");
        return account().accepted == 2;
    });
}

TEST_F(PullsTest, ARateIsKeptHoweverOftenTheSourceIsWoken) {
    EmptyList list(clock_);
    kit::HttpPull http;
    http.request.url = list.url();
    adapter().changeManifest().pull->way = http;
    adapter().changeManifest().pull->requests_per_minute = 2;
    start();
    until([&] { return list.asked().size() == 1; });
    for (const std::size_t count : {1U, 2U}) {
        clock_.advance(29'999);
        wakeOften();
        EXPECT_EQ(count, list.asked().size());
        clock_.advance(1);
        until([&] {
            pulls_->wake("zz-media");
            return list.asked().size() == count + 1;
        });
    }
    EXPECT_THAT(list.asked(), ElementsAre(0, 30'000, 60'000));
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
TEST_F(PullsTest, P05_CursorAndRecordsStandOrFallTogether) {
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
