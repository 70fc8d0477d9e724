#include "gateway/intake/admission/message_payload.h"
#include "gateway/app/opened_attachments.h"
#include "gateway/json/json.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/record_json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

#include "gateway/crypto/digest.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandsEraseTest : public DeploymentFixture {
protected:
    static std::string record(const std::string& ref, const std::string& recording = "") {
        return R"({"kind":"appeal","record_ref":")" + ref +
               (recording.empty() ? "" : R"(","recording_digest":")" + recording) +
               R"(","source":"centre-zz","title":"lamp"})";
    }
    /// A message whose body is `body`, and a record of a new ticket where one is named.
    std::string put(
        ledger::Store& store, const std::string& body, const std::string& ref,
        const std::string& recording = ""
    ) {
        std::string number;
        const auto status = store.run([&](ledger::Transaction& transaction) -> base::Status {
            ledger::EntryDraft message;
            message.header.type = ledger::EntryType::Message;
            message.header.source = "centre-zz";
            message.payload = intake::encodeMessagePayload({.body = body});
            message.salt = random.bytes(ledger::kSaltBytes);
            const auto message_seq = transaction.append(std::move(message));
            number = *transaction.newTicket("430200");
            ledger::EntryDraft draft;
            draft.header.type = ledger::EntryType::Record;
            draft.header.kind = static_cast<std::uint8_t>(ticket::Kind::Appeal);
            draft.header.source = "centre-zz";
            draft.header.ticket_no = number;
            draft.header.message_seq = *message_seq;
            draft.payload = record(ref, recording);
            draft.salt = random.bytes(ledger::kSaltBytes);
            draft.sealed_under = ledger::SealedUnder::Ticket;
            const auto digest = crypto::sha256(draft.payload);
            const auto seq = transaction.append(std::move(draft));
            auto named = transaction.addIdentity(
                {"centre-zz", ticket::Kind::Appeal, ref, 1, 0}, *seq, digest, number
            );
            if (!named.ok()) return named;
            return transaction.addAlias({"centre-zz", ref, number});
        });
        EXPECT_TRUE(status.ok()) << base::describe(status.error());
        return number;
    }
    std::unique_ptr<attachments::Store> openFiles(ledger::Store& store) {
        const auto config = Config::load(directory);
        EXPECT_TRUE(config.ok());
        auto opened = openAttachments(*config, store, random);
        EXPECT_TRUE(opened.ok());
        return *std::move(opened);
    }
    /// Its digest.
    std::string bring(ledger::Store& store, const std::string& content) {
        auto files = openFiles(store);
        auto upload = *files->begin("centre");
        EXPECT_TRUE(upload->write(content).ok());
        const auto sha256 = crypto::sha256(content);
        EXPECT_TRUE(upload->keep({.media_type = "text/plain", .sha256 = sha256}).ok());
        return base::toHex(sha256);
    }
    void name(ledger::Store& store, const std::string& digest, ledger::Seq seq, const std::string& ticket_no) {
        const auto named = store.run([&](ledger::Transaction& transaction) {
            return transaction.addAttachment(digest, {seq, ticket_no});
        });
        EXPECT_TRUE(named.ok());
    }
    bool isKept(const std::string& digest) {
        auto store = openLedger();
        return openFiles(*store)->find(digest).ok();
    }
    std::string codeOf(ledger::Seq seq) {
        auto store = openLedger();
        const auto entry = (*store->snapshot())->entry(seq);
        return entry.ok() ? "there" : entry.error().row().wire;
    }
};

TEST_F(CommandsEraseTest, ErasesTheTicketAndEveryMessageThatCarriedIt) {
    auto store = openLedger();
    const auto number = put(*store, record("A-1"), "A-1");                // 1, 2
    put(*store, "[" + record("A-2") + "," + record("A-1") + "]", "A-2");  // 3, 4
    put(*store, record("A-3"), "A-3");                                    // 5, 6
    store.reset();
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "request 7", "--json"})) << err;
    const auto answer = json::parse(out);
    ASSERT_TRUE(answer.ok()) << out;
    EXPECT_EQ("2", json::textMember(*answer, "messages"));
    EXPECT_EQ("1", json::textMember(*answer, "other_records"));
    EXPECT_EQ("ledger.erased", codeOf(1));
    EXPECT_EQ("ledger.erased", codeOf(2));
    EXPECT_EQ("ledger.erased", codeOf(3));
    EXPECT_EQ("there", codeOf(4));
    EXPECT_EQ("there", codeOf(5));
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out;
}

TEST_F(CommandsEraseTest, AttachmentsGoWithTheOnlyTicketThatNamesThem) {
    auto store = openLedger();
    const auto here = bring(*store, "here"), shared = bring(*store, "shared");
    const auto first = put(*store, record("A-1", here), "A-1", here);
    const auto second = put(*store, record("A-2", shared), "A-2", shared);
    const auto third = put(*store, record("A-3", shared), "A-3", shared);
    name(*store, here, 2, first);
    name(*store, shared, 4, second);
    name(*store, shared, 6, third);
    store.reset();
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", first, "--why", "request 7", "--json"})) << err;
    EXPECT_EQ("1", json::textMember(*json::parse(out), "attachments"));
    EXPECT_FALSE(isKept(here));
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", second, "--why", "request 8", "--json"})) << err;
    EXPECT_EQ("0", json::textMember(*json::parse(out), "attachments"));
    EXPECT_TRUE(isKept(shared));
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", third, "--why", "request 9"})) << err;
    EXPECT_FALSE(isKept(shared));
}

TEST_F(CommandsEraseTest, WhatAKillAfterTheErasureLeftIsDestroyedByTheNextStart) {
    auto store = openLedger();
    const auto gone = bring(*store, "gone"), spared = bring(*store, "spared");
    const auto number = put(*store, record("A-1", spared), "A-1", spared);
    name(*store, spared, 2, number);
    // As it stands between the ledger's commit and the file's end.
    EXPECT_TRUE(openFiles(*store)->noteErasing({gone, spared}).ok());
    store.reset();
    EXPECT_FALSE(isKept(gone));
    EXPECT_TRUE(isKept(spared));
}

TEST_F(CommandsEraseTest, StoryTellsTheErasureAndNothingElse) {
    auto store = openLedger();
    const auto number = put(*store, record("A-1"), "A-1");
    store.reset();
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "request 7"})) << err;
    EXPECT_THAT(out, HasSubstr(number));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", number})) << err;
    EXPECT_THAT(out, HasSubstr("request 7"));
    EXPECT_THAT(out, HasSubstr("erased records: 1"));
    EXPECT_THAT(out, Not(HasSubstr("A-1")));
    EXPECT_THAT(out, Not(HasSubstr("lamp")));
    EXPECT_EQ(kExitOk, yht({"ledger", "show", "centre-zz/A-1"})) << err;
}

TEST_F(CommandsEraseTest, RefusalsSayWhatIsWrong) {
    auto store = openLedger();
    const auto number = put(*store, record("A-1"), "A-1");
    store.reset();
    EXPECT_EQ(kExitUsage, yht({"ledger", "erase", number}));
    EXPECT_EQ(kExitData, yht({"ledger", "erase", "430200-20190418-9999999-0", "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("没有工单"));
    EXPECT_EQ(kExitOk, yht({"ledger", "erase", number, "--why", "x"}));
    EXPECT_EQ(kExitData, yht({"ledger", "erase", number, "--why", "x"}));
    EXPECT_THAT(err, HasSubstr("erased before"));
}

}  // namespace
}  // namespace yht::app
