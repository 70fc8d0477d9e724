// Checkpoints, receipts and proofs of the running gateway, judged by Go's golang.org/x/mod/sumdb
// (note and tlog); and a checkpoint signed by it, judged by us.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "gateway/ledger/format/checkpoint.h"
#include "gateway/ledger/format/tree.h"
#include "tests/interop/outside_program.h"
#include "tests/scenarios/samples.h"

namespace yht::interop {
namespace {

using json::textMember;
using scenarios::Federation;
using testing::HasSubstr;

class Tlog : public testing::Test {
protected:
    void SetUp() override {
        federation.startGateway();
        for (int i = 1; i <= 5; ++i) post(i);
        older = partner.get("/v1/checkpoint").body;
        for (int i = 6; i <= 9; ++i) post(i);
        newest = partner.get("/v1/checkpoint").body;
        vkey = textMember(
            *json::parse(federation.yht({"ledger", "checkpoint", "--json"}).output), "verifier_key"
        );
    }
    void post(int number) {
        const auto reply = partner.post(
            "/v1/records", scenarios::appeal("zz-12315", "A-" + std::to_string(number))
        );
        ASSERT_EQ(201, reply.status) << reply.body;
        seqs.push_back(textMember(*json::findMember(reply.json(), "receipt"), "seq"));
    }
    std::string file(const std::string& name, const std::string& content) {
        return writeFile(federation, name, content);
    }
    Outcome tlog(std::vector<std::string> words) {
        words.insert(words.begin(), YHT_TLOG_CHECK);
        return run(federation, words);
    }
    static std::string sizeOf(const std::string& note) {
        std::istringstream lines(note);
        std::string line;
        std::getline(lines, line);
        std::getline(lines, line);
        return line;
    }

    Federation federation;
    scenarios::PartnerClient partner = federation.partner("hotline-12315");
    std::vector<std::string> seqs;
    std::string older, newest, vkey;
};

/// The same text with the first base64 digit after `mark` another one.
std::string spoilt(std::string text, const std::string& mark) {
    const auto at = text.find(mark) + mark.size();
    text[at] = text[at] == 'A' ? 'B' : 'A';
    return text;
}

TEST_F(Tlog, GoOpensOurCheckpoints) {
    const auto opened = tlog({"note", vkey, file("note", newest)});
    EXPECT_EQ(0, opened.exit_code) << opened.errors;
    EXPECT_EQ(newest.substr(0, opened.output.size()), opened.output);
    EXPECT_EQ(1, tlog({"note", vkey, file("note", "x" + newest)}).exit_code);
    EXPECT_EQ(
        1,
        tlog({"note", vkey, file("note", spoilt(newest, "\n" + sizeOf(newest) + "\n"))}).exit_code
    );
}

TEST_F(Tlog, GoFollowsTheReceiptsThatPartnersWereGiven) {
    for (const auto& seq : seqs) {
        const auto receipt = partner.get("/v1/receipts/" + seq).body;
        const auto checked = tlog({"receipt", vkey, file("receipt", receipt)});
        EXPECT_EQ(0, checked.exit_code) << seq << ": " << checked.errors;
    }
    const auto receipt = partner.get("/v1/receipts/" + seqs.back()).body;
    EXPECT_EQ(
        1, tlog({"receipt", vkey, file("receipt", spoilt(receipt, "\"leaf\":\"AQIB"))}).exit_code
    );
    EXPECT_EQ(
        1, tlog({"receipt", vkey, file("receipt", spoilt(receipt, "\"path\":[\""))}).exit_code
    );
}

TEST_F(Tlog, GoFollowsInclusionProofsToTheNewestCheckpoint) {
    const auto note = file("newest", newest);
    for (const auto& seq : seqs) {
        const auto receipt = file("receipt", partner.get("/v1/receipts/" + seq).body);
        const auto proof = partner.get("/v1/proof?seq=" + seq + "&size=" + sizeOf(newest)).body;
        const auto checked = tlog({"inclusion", vkey, note, receipt, file("proof", proof)});
        EXPECT_EQ(0, checked.exit_code) << seq << ": " << checked.errors;
        EXPECT_EQ(
            1,
            tlog({"inclusion", vkey, note, receipt, file("proof", spoilt(proof, "\"path\":[\""))})
                .exit_code
        );
    }
}

TEST_F(Tlog, GoFollowsConsistencyFromTheOlderCheckpointToTheNewest) {
    ASSERT_NE(sizeOf(older), sizeOf(newest));
    const auto proof =
        partner.get("/v1/proof?first=" + sizeOf(older) + "&size=" + sizeOf(newest)).body;
    const auto checked =
        tlog({"consistency", vkey, file("old", older), file("new", newest), file("proof", proof)});
    EXPECT_EQ(0, checked.exit_code) << checked.errors;
    EXPECT_EQ(
        1, tlog({"consistency", vkey, file("old", older), file("new", newest),
                 file("proof", spoilt(proof, "\"path\":[\""))})
               .exit_code
    );
    // A proof between other sizes does not do.
    const auto other = partner.get("/v1/proof?first=2&size=" + sizeOf(newest)).body;
    EXPECT_EQ(
        1,
        tlog({"consistency", vkey, file("old", older), file("new", newest), file("proof", other)})
            .exit_code
    );
}

/// No gateway needed for these: the formats alone.
TEST(TlogFormat, GoGrowsTheSameTree) {
    const Federation federation;
    std::string leaves, expected;
    ledger::TreeEdge edge;
    for (int i = 0; i < 70; ++i) {
        const std::string leaf = "leaf " + std::to_string(i);
        leaves += base::toBase64(leaf) + "\n";
        std::vector<ledger::Node> completed;
        edge.append(ledger::leafHash(leaf), completed);
        expected += base::toBase64(edge.root()) + "\n";
    }
    EXPECT_EQ(expected, run(federation, {YHT_TLOG_CHECK, "root"}, leaves).output);
}

TEST(TlogFormat, WeOpenCheckpointsThatGoSigned) {
    const Federation federation;
    const auto root = ledger::emptyRoot();
    const auto made =
        run(federation, {YHT_TLOG_CHECK, "make", "go.example/log", "go.example/log/1", "7",
                         base::toBase64(root)});
    ASSERT_EQ(0, made.exit_code) << made.errors;
    const auto line = made.output.find('\n');
    const auto key = ledger::parseVerifierKey(made.output.substr(0, line));
    ASSERT_TRUE(key.ok());
    const auto note = made.output.substr(line + 1);
    const auto opened = ledger::openCheckpoint(note, key->first, key->second);
    ASSERT_TRUE(opened.ok()) << base::describe(opened.error());
    EXPECT_EQ((ledger::Checkpoint{"go.example/log/1", 7, root}), *opened);
    const auto altered = ledger::openCheckpoint("x" + note, key->first, key->second);
    ASSERT_FALSE(altered.ok());
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, altered.error().code);
}

}  // namespace
}  // namespace yht::interop
