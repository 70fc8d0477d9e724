// Each derived table emptied, falsified or dropped: what a rebuild makes of leaves and payloads is,
// byte for byte, what was there.
#include "gateway/ledger/store/rebuild.h"

#include <algorithm>
#include <optional>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/store/backup.h"
#include "gateway/ledger/store/erasure.h"
#include "gateway/ticket/phone_number.h"
#include "gateway/ticket/record_json.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;
using testing::IsEmpty;
using testing::Not;
using ticket::Field;

class RebuildTest : public LedgerTest {
protected:
    RebuildTest() {
        first_ = put("A-1", {});
        put("A-2", {});
        put("A-3", {{Field::recording_digest, std::string(64, 'a')}, {Field::caller_phone, "138-1234-5678"}, {Field::call_ref, "TH-3"}});
        put("A-2", {}, "changed");  // versions 1 and 2, derived
        put("B-1", {{Field::version, "7"}});
        put("B-1", {{Field::version, "9"}});
        put("B-1", {{Field::version, "8"}});  // stale
        const auto erased = put("C-1", {{Field::call_ref, "TH-1"}});
        newTicket("430100");
        must(run([&](Transaction& transaction) -> base::Status {
            must(transaction.addAlias({"province", "SJ-1", first_}));  // of its outcome
            auto outcome = recordDraft("outcome SJ-1", first_, 0);
            outcome.header.type = EntryType::Outcome;
            auto seq = transaction.append(std::move(outcome));
            return seq.ok() ? base::Status() : base::Status(seq.error());
        }));
        must(eraseTicket(
            store(), clock_, random_,
            {.ticket_no = erased,
             .operator_id = "uid:0",
             .why = "x",
             .at_ms = 0,
             .salt = {},
             .carriers = {}},
            [](const Entry&) { return false; }
        ));
        close();
        must(reopenLedger(options(), "uid:0", "a snapshot was put back"));
        put("D-1", {});
        close();
    }
    /// A message and an appeal, each with all that admission registers.
    std::string put(
        const std::string& ref, const std::vector<std::pair<Field, std::string>>& fields,
        const std::string& title = "lamp"
    ) {
        ticket::Record record(ticket::Kind::Appeal);
        record.set(Field::source, "hotline");
        record.set(Field::record_ref, ref);
        record.set(Field::title, title);
        for (const auto& [field, text] : fields) record.set(field, text);
        std::string number;
        must(run([&](Transaction& transaction) -> base::Status {
            const auto raw = "raw " + ref + title + std::to_string(transaction.lastSeq());
            const auto message = *transaction.append(messageDraft(raw));
            if (ref != "C-1") must(transaction.addReplay(crypto::sha256(raw), message));
            const auto latest = transaction.findLatest("hotline", ticket::Kind::Appeal, ref);
            number = latest ? latest->ticket_no : *transaction.newTicket(kRegion);
            const auto text = ticket::canonicalText(record);
            auto identity = record.identity();
            if (identity.version == 0) identity.version = latest ? latest->identity.version + 1 : 1;
            const auto seq = *transaction.append(recordDraft(text, number, message));
            must(transaction.addIdentity(identity, seq, crypto::sha256(text), number));
            for (const auto& digest : ticket::namedAttachments(record)) {
                must(transaction.addAttachment(digest, {seq, number}));
            }
            for (const auto& phone : ticket::namedPhones(record)) must(transaction.addPhone(phone, {seq, number}));
            must(transaction.addNamedCall(record, number));
            return transaction.addAlias({"hotline", ref, number});
        }));
        return number;
    }
    static EntryReaders readers() {
        return {
            .names = [](const Entry& entry) -> std::vector<Alias> {
                if (entry.header.type == EntryType::Outcome) {
                    return {{"province", entry.payload.substr(8), ""}};
                }
                const auto record = ticket::fromCanonicalText(entry.payload);
                return {{"hotline", record->text(Field::record_ref), ""}};
            },
            .replay_key = [](const Entry& entry) -> std::optional<base::Bytes> {
                return crypto::sha256(entry.payload);
            }};
    }
    base::Result<RebuildReport> tryRebuild() { return rebuildLedger(options(), readers(), {}); }
    RebuildReport rebuild() { return must(tryRebuild()); }
    /// Every row of every table; sealed payloads and keys included.
    std::vector<std::string> everything() const {
        std::vector<std::string> rows;
        for (const auto& table :
             query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
            for (auto& row : query("SELECT * FROM " + table)) {
                rows.push_back(table + "|" + row);
            }
        }
        std::sort(rows.begin(), rows.end());
        return rows;
    }
    std::string first_;
};

TEST_F(RebuildTest, SoundLedgerStaysAsItIs) {
    ASSERT_EQ("sound", verdict());
    const auto before = everything();
    const auto report = rebuild();
    EXPECT_TRUE(report.same());
    EXPECT_EQ(0u, report.kept_names);
    EXPECT_EQ(10u, report.tables.size());
    for (const auto& table : report.tables) EXPECT_LT(0u, table.rows) << table.name;
    EXPECT_EQ(before, everything());
    EXPECT_EQ("sound", verdict());
}

class RebuildAfter : public RebuildTest, public testing::WithParamInterface<const char*> {};

TEST_P(RebuildAfter, GivesTheSameBytes) {
    const auto before = everything();
    execute(GetParam());
    ASSERT_NE(before, everything());
    EXPECT_FALSE(rebuild().same());
    EXPECT_EQ(before, everything());
    EXPECT_EQ("sound", verdict());
    EXPECT_TRUE(rebuild().same());
}

INSTANTIATE_TEST_SUITE_P(
    Of, RebuildAfter,
    testing::Values(
        "DELETE FROM node", "DELETE FROM identity", "DELETE FROM erased_name", "DELETE FROM alias",
        "DELETE FROM replay", "DELETE FROM serial", "DELETE FROM epoch", "DELETE FROM attachment",
        "DELETE FROM named_call", "DROP TABLE named_call", "DELETE FROM phone", "DROP TABLE phone", "UPDATE phone SET mac = zeroblob(32)",
        "DROP TABLE attachment", "UPDATE attachment SET seq = seq + 1", "DROP TABLE node",
        "DROP TABLE identity", "DROP TABLE erased_name", "DROP TABLE alias", "DROP TABLE replay",
        "DROP TABLE serial", "DROP TABLE epoch", "UPDATE node SET hash = zeroblob(32)",
        "UPDATE identity SET seq = 2",
        "UPDATE alias SET ticket_no = (SELECT min(ticket_no) FROM ticket)",
        "UPDATE leaf SET type = 1, ticket_no = '', message_seq = 0",
        "DELETE FROM node; DELETE FROM identity; DELETE FROM alias; DELETE FROM serial; DELETE "
        "FROM epoch"
    )
);

TEST_F(RebuildTest, NamesThatOnlyTheTableKnowsAreKept) {
    open();
    must(run([&](Transaction& transaction) {
        return transaction.addAlias({"zz110", "J-7", first_});
    }));
    close();
    const auto report = rebuild();
    EXPECT_TRUE(report.same());
    EXPECT_EQ(1u, report.kept_names);
    EXPECT_EQ(first_, look()->findTicket("zz110", "J-7"));
}

TEST_F(RebuildTest, ReplayKeysOfErasedMessagesAreKept) {
    open();
    const auto number = put("E-1", {});
    const auto raw = look()->ticketEntries(number)[0] - 1;
    const auto key = crypto::sha256(read(raw));
    ASSERT_EQ(raw, look()->findReplay(key));
    must(eraseTicket(
        store(), clock_, random_,
        {.ticket_no = number,
         .operator_id = "uid:0",
         .why = "x",
         .at_ms = 0,
         .salt = {},
         .carriers = {}},
        [](const Entry&) { return false; }
    ));
    close();
    EXPECT_TRUE(rebuild().same());
    EXPECT_EQ(raw, look()->findReplay(key));
}

TEST_F(RebuildTest, TreeThatIsNotTheSignedOneChangesNothing) {
    execute("DELETE FROM alias");
    execute("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)");
    const auto before = everything();
    EXPECT_EQ(ErrorCode::LedgerCorrupt, tryRebuild().error().code);
    EXPECT_EQ(before, everything());
}

TEST_F(RebuildTest, MissingLeafChangesNothing) {
    execute("DELETE FROM leaf WHERE seq = 3");
    const auto before = everything();
    EXPECT_EQ(ErrorCode::LedgerCorrupt, tryRebuild().error().code);
    EXPECT_EQ(before, everything());
}

TEST_F(RebuildTest, NotWhileAGatewayRuns) {
    open();
    EXPECT_EQ(ErrorCode::LedgerLocked, tryRebuild().error().code);
}

TEST_F(RebuildTest, ProgressReachesTheEnd) {
    Seq done = 0, all = 0;
    must(rebuildLedger(options(), readers(), [&](Seq d, Seq a) {
        done = d;
        all = a;
    }));
    EXPECT_EQ(all, done);
    EXPECT_EQ(size(), all);
}

}  // namespace
}  // namespace yht::ledger
