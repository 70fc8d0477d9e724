// journal.csv: what was used is told line by line, and what was changed is found.
#include "gateway/certs/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/crypto/certificate_finding.h"
#include "tests/support/openssl.h"

namespace yht::certs {
namespace {

using crypto::FindingCode;

class JournalTest : public testing::Test {
protected:
    static JournalLine line(const std::string& serial) {
        return {.at_ms = 1'800'000'000'123, .act = "issue", .authority = std::string(64, 'a'), .by = "op-7", .permit = "41", .profile = "partner",
                .partner = "hotline", .subject = std::string(64, 'b'), .serial = serial, .fingerprint = std::string(64, 'c'), .reason = "", .previous = ""};
    }
    Journal open() { return Journal::open(scratch.path()).value(); }
    std::string file() const { return test::readFile(scratch / "journal.csv"); }
    bool isAltered() const {
        const auto opened = Journal::open(scratch.path());
        return !opened.ok() && has(opened.error(), FindingCode::AuthorityInvalid);
    }
    test::Scratch scratch;
};

TEST_F(JournalTest, IsReadAsItWasWrittenAndEachLineNamesTheOneBefore) {
    auto journal = open();
    ASSERT_TRUE(journal.append(line("01")).ok());
    ASSERT_TRUE(journal.append(line("02")).ok());
    const auto again = open();
    ASSERT_EQ(2U, again.lines().size());
    EXPECT_EQ(journal.lines(), again.lines());
    EXPECT_EQ("", again.lines()[0].previous);
    EXPECT_EQ(again.lines()[0].digest(), again.lines()[1].previous);
    EXPECT_EQ(0U, again.handedIn());
}

TEST_F(JournalTest, ALineThatWasChangedOrTakenOutIsFound) {
    auto journal = open();
    for (const char* serial : {"01", "02", "03"}) ASSERT_TRUE(journal.append(line(serial)).ok());
    ASSERT_TRUE(journal.setHandedIn(3).ok());
    const std::string whole = file();
    const auto changed = [&](const std::string& what, const std::string& with) {
        std::string text = whole;
        text.replace(text.find(what), what.size(), with);
        scratch.write("journal.csv", text);
        return isAltered();
    };
    EXPECT_FALSE(changed("01", "01"));
    EXPECT_TRUE(changed(",01,", ",09,"));
    EXPECT_TRUE(changed(",hotline,", ",other,"));
    const auto second = whole.find('\n', whole.find('\n') + 1) + 1;
    EXPECT_TRUE(changed(whole.substr(second, whole.find('\n', second) + 1 - second), ""));
    scratch.write("journal.csv", whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1));
    EXPECT_TRUE(isAltered()) << "the last line, which was handed in, is gone";
}

TEST_F(JournalTest, WhatCouldBeMoreThanOneCellOrAPersonsWordsIsRefused) {
    auto journal = open();
    auto bad = line("01");
    for (std::string JournalLine::*cell : {&JournalLine::partner, &JournalLine::by, &JournalLine::profile}) {
        bad = line("01");
        bad.*cell = "a,b";
        EXPECT_FALSE(journal.append(bad).ok());
    }
    bad = line("01");
    bad.subject = "CN=张三";
    EXPECT_FALSE(journal.append(bad).ok()) << "a digest is wanted";
    bad = line("01");
    bad.act = "lend";
    EXPECT_FALSE(journal.append(bad).ok());
    EXPECT_TRUE(open().lines().empty());
}

}  // namespace
}  // namespace yht::certs
