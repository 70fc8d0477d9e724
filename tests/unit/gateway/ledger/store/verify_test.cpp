// Someone with sqlite3 and a quiet hour: every table of evidence, changed behind the store's back,
// is found out.
#include "gateway/ledger/store/verify.h"

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

class VerifyTest : public LedgerTest {
protected:
    VerifyTest() {
        for (int i = 1; i <= 4; ++i) number_ = submit("A-" + std::to_string(i));
    }
    std::string number_;
};

TEST_F(VerifyTest, UntouchedLedgerIsSound) {
    const auto report = verify();
    must(report.status());
    EXPECT_EQ(8u, report.entries);
    EXPECT_EQ(8u, report.payloads);
    EXPECT_EQ(7u, report.nodes);
    EXPECT_EQ(4u, report.checkpoints);
    EXPECT_EQ(4u, report.identities);
    EXPECT_EQ(
        must(openCheckpoint(*look()->checkpoint(), kKeyName, log_key_.publicKey())).root,
        report.root
    );
}

TEST_F(VerifyTest, ProgressReachesTheEnd) {
    Seq done = 0, all = 0;
    (void)must(verifyLedger(options(), [&](Seq d, Seq a) {
        done = d;
        all = a;
    }));
    EXPECT_EQ(8u, done);
    EXPECT_EQ(8u, all);
}

TEST_F(VerifyTest, DifferenceNamesThePlaceAndBothValues) {
    tamper("UPDATE leaf SET ticket_no = 'X' WHERE seq = 2");
    const auto report = verify();
    ASSERT_LE(1u, report.differences.size());
    EXPECT_EQ("leaf 2: ticket_no", report.differences[0].what);
    EXPECT_EQ("430200-20190418-0000001-6", report.differences[0].expected);
    EXPECT_EQ("X", report.differences[0].found);
    EXPECT_EQ(base::ErrorCode::LedgerCorrupt, report.status().error().code);
}

TEST_F(VerifyTest, OtherKeyOrOriginIsRefused) {
    close();
    auto other = options();
    other.log_key = must(crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x08')));
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, verifyLedger(other, {}).error().code);
}

struct Tampering {
    const char* name;
    const char* sql;
};

class VerifyTampering : public VerifyTest, public testing::WithParamInterface<Tampering> {};

TEST_P(VerifyTampering, IsFound) {
    ASSERT_EQ("sound", verdict());
    tamper(GetParam().sql);
    EXPECT_EQ("ledger.corrupt", verdict());
}

#define FLIP(column, offset)                               \
    column " = CAST(substr(" column ", 1, " #offset        \
           " - 1) || "                                     \
           "CASE hex(substr(" column ", " #offset          \
           ", 1)) WHEN '00' THEN x'01' ELSE x'00' END || " \
           "substr(" column ", " #offset " + 1) AS BLOB)"

INSTANTIATE_TEST_SUITE_P(
    Of, VerifyTampering,
    testing::Values(
        Tampering{"LeafVersionByte", "UPDATE leaf SET " FLIP("leaf", 1) " WHERE seq = 3"},
        Tampering{"LeafTime", "UPDATE leaf SET " FLIP("leaf", 45) " WHERE seq = 3"},
        Tampering{"LeafCommitment", "UPDATE leaf SET " FLIP("leaf", 140) " WHERE seq = 4"},
        Tampering{"LeafColumns", "UPDATE leaf SET message_seq = 1 WHERE seq = 4"},
        Tampering{"LeafType", "UPDATE leaf SET type = 3 WHERE seq = 4"},
        Tampering{"LeafRemoved", "DELETE FROM leaf WHERE seq = 5"},
        Tampering{"LastLeafRemoved", "DELETE FROM leaf WHERE seq = 8"},
        Tampering{
            "LeavesSwapped",
            "UPDATE leaf SET leaf = (SELECT l.leaf FROM leaf AS l WHERE l.seq = "
            "CASE leaf.seq WHEN 1 THEN 3 ELSE 1 END) WHERE seq IN (1, 3)"},
        Tampering{"PayloadByte", "UPDATE payload SET " FLIP("sealed", 20) " WHERE seq = 2"},
        Tampering{"PayloadOfMessage", "UPDATE payload SET " FLIP("sealed", 20) " WHERE seq = 1"},
        Tampering{
            "PayloadTag",
            "UPDATE payload SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00' || "
            "x'00' WHERE seq = 2"},
        Tampering{
            "PayloadMoved",
            "UPDATE payload SET sealed = (SELECT p.sealed FROM payload AS p WHERE p.seq = 2) "
            "WHERE seq = 4"},
        Tampering{"PayloadRemovedWithoutErasure", "DELETE FROM payload WHERE seq = 2"},
        Tampering{"PayloadOwnKey", "UPDATE entry_key SET " FLIP("wrapped_key", 20) " WHERE seq = 1"},
        Tampering{"PayloadOfNothing", "INSERT INTO payload (seq, sealed) VALUES (-1, x'00')"},
        Tampering{"NodeHash", "UPDATE node SET " FLIP("hash", 7) " WHERE size = 4 AND level = 2"},
        Tampering{"NodeRemoved", "DELETE FROM node WHERE size = 4 AND level = 1"},
        Tampering{"NodeAdded", "INSERT INTO node (size, level, hash) VALUES (6, 0, x'00')"},
        Tampering{
            "CheckpointSignature",
            "UPDATE checkpoint SET note = substr(note, 1, length(note) - 10) || "
            "CASE substr(note, -10, 1) WHEN 'A' THEN 'B' ELSE 'A' END || "
            "substr(note, -9) WHERE size = 4"},
        Tampering{
            "CheckpointOfAnotherSize",
            "UPDATE checkpoint SET note = (SELECT c.note FROM checkpoint AS c WHERE "
            "c.size = 2) WHERE size = 4"},
        Tampering{"LastCheckpointRemoved", "DELETE FROM checkpoint WHERE size = 8"},
        Tampering{"CheckpointOfNothing", "INSERT INTO checkpoint (size, note) VALUES (0, 'x')"},
        Tampering{"IdentityDigest", "UPDATE identity SET " FLIP("body_mac", 3) " WHERE seq = 4"},
        Tampering{"IdentityPointsToAMessage", "UPDATE identity SET seq = 1 WHERE seq = 4"},
        Tampering{"IdentityOfAnotherSource", "UPDATE identity SET source = 'other' WHERE seq = 4"},
        Tampering{"IdentityOfAnotherKind", "UPDATE identity SET kind = 4 WHERE seq = 4"},
        Tampering{"IdentityOfAnotherTicket", "UPDATE identity SET ticket_no = 'T' WHERE seq = 4"},
        Tampering{"TicketKey", "UPDATE ticket SET " FLIP("wrapped_key", 20)},
        Tampering{"TicketRemoved", "DELETE FROM ticket WHERE ticket_no LIKE '%0000002%'"},
        Tampering{"AliasOfNoTicket", "UPDATE alias SET ticket_no = 'T' WHERE number = 'A-2'"}
    ),
    [](const auto& row) { return row.param.name; }
);

class OpenTampered : public VerifyTest {};

TEST_F(OpenTampered, LastLeafRemovedIsNotServed) {
    tamper("DELETE FROM leaf WHERE seq = 8");
    EXPECT_EQ("ledger.corrupt", verdictOfOpen(options()));
}
TEST_F(OpenTampered, EdgeNodeChangedIsNotServed) {
    tamper("UPDATE node SET hash = zeroblob(32) WHERE level = 3");
    EXPECT_EQ("ledger.corrupt", verdictOfOpen(options()));
}
TEST_F(OpenTampered, LastCheckpointRemovedIsNotServed) {
    tamper("DELETE FROM checkpoint WHERE size = 8");
    EXPECT_EQ("ledger.corrupt", verdictOfOpen(options()));
}
TEST_F(OpenTampered, AllCheckpointsRemovedIsNotServed) {
    tamper("DELETE FROM checkpoint");
    EXPECT_EQ("ledger.corrupt", verdictOfOpen(options()));
}

}  // namespace
}  // namespace yht::ledger
