#include "adapters/kit/outward/file_destination.h"

#include <gmock/gmock.h>

#include "tests/unit/adapters/kit/outward/outward_fixture.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class FileDestinationTest : public ::testing::Test {
protected:
    FileDestinationTest() {
        for (const char* name : {"in", "staging", "answers", "taken"}) fs::create_directories(folder.path() + "/" + name);
    }
    std::string section(const std::string& name, const std::string& more = "") const {
        return "file:\n  directory: " + folder.path() + "/in\n  staging: " + folder.path() + "/staging\n  name: \"" + name +
               "\"\n  columns: [XH, GDBH, BT]\n" + more;
    }
    /// A new process: nothing is known but what stands in the folders.
    std::unique_ptr<FileDestination> start(const std::string& profile_text, const std::string& id = "zz") {
        profiles.write("profile.yaml", profile_text);
        auto profile = Profile::load(profiles.path());
        EXPECT_TRUE(profile.ok()) << (profile.ok() ? "" : profile.error().detail);
        auto store = openFolder({});
        EXPECT_TRUE(store.ok());
        return std::make_unique<FileDestination>(
            StoreDestinationSettings{.id = id, .sender_id = "YHT"}, *profile,
            std::make_unique<BreakingStore>(*std::move(store), plan), clock
        );
    }
    std::string withAnswer() const {
        return storeProfile(
            section("GD_{seq}.csv", "  marker: \"{name}.ok\"\n  answer: { directory: " + folder.path() +
                                        "/answers, name: \"{stem}.ans.csv\", code: RESULT, number: NO, accepted: [\"0\"], "
                                        "duplicate: [\"1\"], refused: [\"2\"] }\n"),
            1
        );
    }
    /// What the far side has in its directory; it takes it away.
    std::vector<std::string> takeAway() {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder.path() + "/in")) names.push_back(entry.path().filename());
        for (const auto& name : names) fs::rename(folder.path() + "/in/" + name, folder.path() + "/taken/" + name);
        return names;
    }
    std::string read(const std::string& name) const {
        std::ifstream in(folder.path() + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    TemporaryDirectory folder, profiles;
    BreakingStore::Plan plan;
    base::ManualClock clock{kApril};
};

TEST_F(FileDestinationTest, ABatchIsOneFileInTheFarSidesCharset) {
    auto destination = start(storeProfile(section("YHT_{batch_id}.csv"), 10));
    const auto answer = destination->send("b1", {appeal(17), appeal(18)});
    ASSERT_EQ(BatchVerdict::Answered, answer.verdict) << answer.error_detail;
    ASSERT_EQ(2u, answer.records.size());
    EXPECT_EQ(RecordVerdict::Accepted, answer.records[0].verdict);
    const std::string text = read("in/YHT_b1.csv");
    EXPECT_THAT(text, HasSubstr("XH,GDBH,BT\r\n17,"));
    EXPECT_THAT(text, HasSubstr("\r\n18,"));
    EXPECT_EQ(std::string::npos, text.find("\xE6"));  // no UTF-8 in it
}

TEST_F(FileDestinationTest, TwoThatShareAStagingFolderBothSendTheSameRecord) {
    const std::string profile = storeProfile(section("GD_{seq}.csv"), 1);
    for (const char* id : {"zz", "unit-zj"}) {
        const auto answer = start(profile, id)->send("b1", {appeal(17)});
        ASSERT_EQ(BatchVerdict::Answered, answer.verdict) << answer.error_detail;
        EXPECT_THAT(takeAway(), testing::ElementsAre("GD_17.csv")) << id;
    }
}

TEST_F(FileDestinationTest, WhateverBreaksTheFarSideGetsItOnce) {
    // Every call of a sending breaks once, before or after its effect, with a lost answer or an unreachable server; the
    // process begins anew; the far side takes files away as soon as they are there.
    for (const bool after : {false, true}) {
        for (const auto code : {ErrorCode::PeerAnswerLost, ErrorCode::PeerUnreachable}) {
            if (after && code == ErrorCode::PeerUnreachable) continue;  // nothing was asked, then
            for (int at = 1; at <= 12; ++at) {
                SCOPED_TRACE(std::string(after ? "after" : "before") + " call " + std::to_string(at));
                for (const char* name : {"in", "staging", "answers", "taken"}) {
                    for (const auto& entry : fs::directory_iterator(folder.path() + "/" + name)) fs::remove(entry.path());
                }
                std::vector<std::string> seen;
                plan = {at, code, after};
                auto first = start(withAnswer())->send("b1", {appeal(17)});
                const auto before = takeAway();
                if (first.verdict == BatchVerdict::NotSent) {
                    EXPECT_THAT(before, IsEmpty());
                }
                seen.insert(seen.end(), before.begin(), before.end());
                plan = {};
                const auto second = start(withAnswer())->send("b2", {appeal(17)});
                EXPECT_EQ(BatchVerdict::Answered, second.verdict) << second.error_detail;
                const auto later = takeAway();
                seen.insert(seen.end(), later.begin(), later.end());
                EXPECT_THAT(seen, testing::UnorderedElementsAre("GD_17.csv", "GD_17.csv.ok"));
            }
        }
    }
}

TEST_F(FileDestinationTest, ARecordWaitsForItsAnswerFileAndIsNotSentAgain) {
    auto destination = start(withAnswer());
    auto waits = destination->send("b1", {appeal(17)});
    ASSERT_EQ(BatchVerdict::Answered, waits.verdict) << waits.error_detail;
    EXPECT_EQ(RecordVerdict::Later, waits.records[0].verdict);
    EXPECT_EQ(2u, takeAway().size());
    EXPECT_EQ(RecordVerdict::Later, destination->send("b2", {appeal(17)}).records[0].verdict);
    EXPECT_THAT(takeAway(), IsEmpty());
    std::ofstream(folder.path() + "/answers/GD_17.ans.csv") << "RESULT,NO\r\n0,SL-9\r\n";
    const auto taken = destination->send("b3", {appeal(17)});
    EXPECT_EQ(RecordVerdict::Accepted, taken.records[0].verdict);
    EXPECT_EQ("SL-9", taken.records[0].peer_number);
    std::ofstream(folder.path() + "/answers/GD_18.ans.csv") << "RESULT,NO\r\n2,\r\n";
    EXPECT_EQ(RecordVerdict::Refused, destination->send("b4", {appeal(18)}).records[0].verdict);
}

TEST_F(FileDestinationTest, AnAnswerThatCantBeReadIsNoAnswer) {
    auto destination = start(withAnswer());
    (void)destination->send("b1", {appeal(17)});
    std::ofstream(folder.path() + "/answers/GD_17.ans.csv") << "RESULT,NO\r\n0,SL-9\r\n0,SL-10\r\n";
    EXPECT_EQ(BatchVerdict::NotSent, destination->send("b1", {appeal(17)}).verdict);
}

TEST_F(FileDestinationTest, ANameThatARepeatWouldNotHaveIsRefused) {
    profiles.write("profile.yaml", storeProfile(section("GD_{seq}.csv"), 10));
    const auto loaded = Profile::load(profiles.path());
    ASSERT_FALSE(loaded.ok());
    EXPECT_THAT(loaded.error().detail, HasSubstr("a repeat has the same name"));
    profiles.write("profile.yaml", storeProfile(section("GD_{seq}.csv", "  colums: [X]\n"), 1));
    EXPECT_THAT(Profile::load(profiles.path()).error().detail, HasSubstr("columns"));
}

}  // namespace
}  // namespace yht::kit
