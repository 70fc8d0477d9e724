// The KEK under attachments that stay where they are: killed, repeated, or half done, every file opens under one of both.
#include "attachments_fixture.h"

namespace yht::attachments {
namespace {

const base::Bytes kOld(32, 'k'), kNew(32, 'n');

class StoreRekeyTest : public AttachmentsTest {
protected:
    void SetUp() override {
        for (char flavour = 'a'; flavour < 'f'; ++flavour) {
            contents.push_back(png(kChunkBytes + 100, flavour));
            ASSERT_EQ("ok", codeOf(bring("p", contents.back())));
        }
    }
    void openUnder(base::Bytes kek, base::Bytes former = {}) {
        auto given = options();
        given.kek = crypto::KeyRing(std::move(kek), std::move(former));
        open(given);
    }
    RekeyedFiles rekey(const std::string& after = "", std::size_t limit = 100) {
        auto done = store().rekey(after, limit);
        EXPECT_EQ("ok", codeOf(done));
        return *done;
    }
    std::size_t readable() {
        std::size_t count = 0;
        for (const auto& content : contents) {
            if (read(digestOf(content), 0, content.size()) == content) ++count;
        }
        return count;
    }
    std::vector<base::Bytes> contents;
};

TEST_F(StoreRekeyTest, EveryFileOpensUnderTheNewKekAloneAfterwards) {
    openUnder(kNew, kOld);
    EXPECT_EQ(5u, readable());
    const auto before = readAll(fileOf(digestOf(contents[0])));
    const auto done = rekey();
    EXPECT_TRUE(done.done);
    EXPECT_EQ(5u, done.looked);
    EXPECT_EQ(5u, done.rewrapped);
    EXPECT_EQ(0u, done.unreadable);
    const auto after = readAll(fileOf(digestOf(contents[0])));
    // Nothing but the wrapped key: 60 octets behind magic and file id.
    EXPECT_EQ(before.substr(0, 24), after.substr(0, 24));
    EXPECT_NE(before.substr(24, 60), after.substr(24, 60));
    EXPECT_TRUE(before.substr(84) == after.substr(84));
    openUnder(kNew);
    EXPECT_EQ(5u, readable());
    openUnder(kOld);
    EXPECT_EQ(0u, readable());
}

TEST_F(StoreRekeyTest, GoesOnBehindTheDigestThatWasLast) {
    openUnder(kNew, kOld);
    std::string last;
    std::uint64_t rewrapped = 0;
    int steps = 0;
    for (bool done = false; !done; ++steps) {
        openUnder(kNew, kOld);
        const auto step = rekey(last, 2);
        EXPECT_LE(step.looked, 2u);
        EXPECT_LE(last, step.last);
        last = step.last;
        rewrapped += step.rewrapped;
        done = step.done;
        EXPECT_EQ(5u, readable());
    }
    EXPECT_EQ(5u, rewrapped);
    EXPECT_EQ(3, steps);
}

TEST_F(StoreRekeyTest, ARepeatFindsNothingToDo) {
    openUnder(kNew, kOld);
    rekey();
    const auto again = rekey();
    EXPECT_EQ(5u, again.looked);
    EXPECT_EQ(0u, again.rewrapped);
    EXPECT_EQ(5u, readable());
}

TEST_F(StoreRekeyTest, NewFilesAreUnderTheNewKekAtOnce) {
    openUnder(kNew, kOld);
    contents = {png(300, 'z')};
    ASSERT_EQ("ok", codeOf(bring("p", contents[0])));
    openUnder(kNew);
    EXPECT_EQ(1u, readable());
}

TEST_F(StoreRekeyTest, WhatNobodyCouldOpenHoldsUpNothing) {
    flip(fileOf(digestOf(contents[0])), 30);                         // in its wrapped key
    writeAll(fileOf(digestOf(contents[1])), "short");
    openUnder(kNew, kOld);
    const auto done = rekey();
    EXPECT_TRUE(done.done);
    EXPECT_EQ(2u, done.unreadable);
    EXPECT_EQ(3u, done.rewrapped);
    EXPECT_EQ("short", readAll(fileOf(digestOf(contents[1]))));
    openUnder(kNew);
    EXPECT_EQ(3u, readable());
}

TEST_F(StoreRekeyTest, WhatIsNoDigestIsRefused) {
    EXPECT_EQ("request.parameter_invalid", codeOf(store().rekey("zz", 10)));
}

}  // namespace
}  // namespace yht::attachments
