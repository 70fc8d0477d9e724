// What an auditor takes away: `yht ledger export` beside the running gateway, judged by the
// ledger-verify program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::HasSubstr;
using testing::Not;

class Evidence : public testing::Test {
protected:
    void SetUp() override {
        federation.startGateway();
        ticket_no = created(appeal("zz-12315", "A-1"));
        created(arrayOf({appeal("zz-12315", "A-2"), appeal("zz-12315", "A-3")}));
        const auto printed = json::parse(federation.yht({"ledger", "checkpoint", "--json"}).output);
        log_key = textMember(*printed, "verifier_key");
        kept = federation.directory() + "/kept.note";
        std::ofstream(kept) << textMember(*printed, "checkpoint");
        created(appeal("zz-12315", "A-4"));
    }
    std::string created(const std::string& body) {
        const auto reply = federation.partner("hotline-12315").post("/v1/records", body);
        EXPECT_TRUE(reply.status == 201 || reply.status == 207 || reply.status == 200)
            << reply.status << reply.body;
        return reply.json().IsObject() ? textMember(reply.json(), "ticket_no") : "";
    }
    std::string file(const std::string& name) const { return federation.directory() + "/" + name; }
    Finished exported(const std::string& name, std::vector<std::string> more = {}) {
        std::vector<std::string> words{"ledger", "export", "--out", file(name), "--why", "audit", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return federation.yht(words);
    }
    Finished verify(const std::string& name, std::vector<std::string> more = {}) const {
        std::vector<std::string> words{
            std::string(YHT_BINARY_DIR) + "/bin/ledger-verify", file(name), "--json"};
        words.insert(words.end(), more.begin(), more.end());
        return runToEnd(words, file("verify.log"));
    }
    static std::string count(const std::string& json_text, const char* name, const char* part) {
        const auto document = json::parse(json_text);
        const auto* one = document.ok() ? json::findMember(*document, name) : nullptr;
        return one == nullptr ? "?" : textMember(*one, part);
    }
    std::string text(const std::string& name) const {
        std::ifstream in(file(name), std::ios::binary);
        std::ostringstream octets;
        octets << in.rdbuf();
        return octets.str();
    }

    Federation federation;
    std::string ticket_no, log_key, kept;
};

TEST_F(Evidence, TheWholeLedgerIsExportedAndFits) {
    const auto made = exported("whole.evidence");
    ASSERT_EQ(0, made.exit_code) << made.output;
    const auto verdict = verify("whole.evidence", {"--log-key", log_key, "--kept", kept});
    EXPECT_EQ(0, verdict.exit_code) << verdict.output;
    EXPECT_EQ("3", count(verdict.output, "signatures", "checked"));
    EXPECT_EQ("3", count(verdict.output, "digests", "checked"));
    EXPECT_EQ("1", count(verdict.output, "kept", "checked"));
    struct stat state {};
    ASSERT_EQ(0, ::stat(file("whole.evidence").c_str(), &state));
    EXPECT_EQ(0600u, state.st_mode & 0777u) << "it holds personal data";
    EXPECT_FALSE(std::filesystem::exists(file("whole.evidence.part")));
}

TEST_F(Evidence, ARangeIsExportedAndFits) {
    ASSERT_EQ(0, exported("range.evidence", {"--from", "3", "--to", "5"}).exit_code);
    const auto verdict = verify("range.evidence", {"--log-key", log_key});
    EXPECT_EQ(0, verdict.exit_code) << verdict.output;
    EXPECT_EQ("3", count(verdict.output, "leaves", "checked"));
}

TEST_F(Evidence, WithoutPayloadsNothingPersonalGoesAlong) {
    ASSERT_EQ(0, exported("leaves.evidence", {"--without-payloads"}).exit_code);
    const auto verdict = verify("leaves.evidence", {"--log-key", log_key});
    EXPECT_EQ(0, verdict.exit_code) << verdict.output;
    EXPECT_EQ("0", count(verdict.output, "commitments", "checked"));
    exported("whole.evidence");
    EXPECT_THAT(text("whole.evidence"), HasSubstr("1990000"));
    EXPECT_THAT(text("leaves.evidence"), Not(HasSubstr("1990000")));
}

TEST_F(Evidence, ATicketIsExportedWithItsMessageAndNobodyElses) {
    for (const auto& name : {ticket_no, std::string("zz-12315/A-1")}) {
        ASSERT_EQ(0, exported("ticket.evidence", {"--ticket", name}).exit_code) << name;
        const auto verdict = verify("ticket.evidence", {"--log-key", log_key});
        EXPECT_EQ(0, verdict.exit_code) << verdict.output;
        EXPECT_EQ("1", count(verdict.output, "signatures", "checked"));
    }
    // A-2 came in an array with A-3: the message that carried both goes without its payload.
    ASSERT_EQ(0, exported("second.evidence", {"--ticket", "zz-12315/A-2"}).exit_code);
    const auto verdict = verify("second.evidence");
    EXPECT_EQ(0, verdict.exit_code) << verdict.output;
    EXPECT_EQ("0", count(verdict.output, "signatures", "checked"));
    EXPECT_THAT(text("second.evidence"), HasSubstr("A-2"));
    EXPECT_THAT(text("second.evidence"), Not(HasSubstr("A-3")));
}

TEST_F(Evidence, AnAlteredExportDiffersAndACutOneIsUnreadable) {
    ASSERT_EQ(0, exported("whole.evidence").exit_code);
    auto octets = text("whole.evidence");
    std::ofstream(file("cut.evidence"), std::ios::binary) << octets.substr(0, octets.size() / 2);
    EXPECT_EQ(2, verify("cut.evidence").exit_code);
    octets[octets.find("A-4")] ^= 1;
    std::ofstream(file("altered.evidence"), std::ios::binary) << octets;
    const auto verdict = verify("altered.evidence");
    EXPECT_EQ(1, verdict.exit_code) << verdict.output;
    EXPECT_THAT(verdict.output, HasSubstr("commitment of salt and payload"));
    EXPECT_EQ(2, verify("absent.evidence").exit_code);
}

TEST_F(Evidence, WhatTheLedgerDoesNotHaveIsNotExported) {
    constexpr int kExitData = 65;
    EXPECT_EQ(kExitData, exported("none.evidence", {"--from", "1", "--to", "100000"}).exit_code);
    EXPECT_EQ(kExitData, exported("none.evidence", {"--from", "5", "--to", "4"}).exit_code);
    EXPECT_EQ(kExitData, exported("none.evidence", {"--to", "0"}).exit_code);
    EXPECT_EQ(kExitData, exported("none.evidence", {"--ticket", "zz-12315/none"}).exit_code);
    constexpr int kExitUsage = 64;
    EXPECT_EQ(
        kExitUsage, exported("none.evidence", {"--ticket", ticket_no, "--from", "1"}).exit_code
    );
    EXPECT_FALSE(std::filesystem::exists(file("none.evidence")));
    EXPECT_FALSE(std::filesystem::exists(file("none.evidence.part")));
}

}  // namespace
}  // namespace yht::scenarios
