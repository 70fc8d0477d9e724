// Ledgers made by earlier versions of the program open in this one, with everything they hold.
#include "gateway/ledger/store/sqlite_migrations.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/crypto/digest.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::string schemaOf(int version) {
    const auto name = "/schema_" + std::to_string(version) + ".sql";
    std::ifstream file(std::string(YHT_SOURCE_DIR "/tests/unit/gateway/ledger/store") + name);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty());
    return text.str();
}

class MigrationTest : public LedgerTest {
protected:
    MigrationTest() {
        for (const char* ref : {"A-1", "A-2", "A-3"}) numbers_.push_back(submit(ref));
        receipt_ = receipt(4);
        checkpoint_ = *look()->checkpoint();
        close();
    }
    std::string file() const { return folder_ / "ledger.db"; }

    /// The same ledger as the program of schema 1 would have written it.
    void makeSchema1() {
        std::filesystem::rename(file(), folder_ / "new.db");
        execute(schemaOf(1));
        execute(
            "ATTACH '" + (folder_ / "new.db") +
            "' AS new;"
            "INSERT INTO meta SELECT * FROM new.meta;"
            "INSERT INTO meta SELECT 'origin', origin FROM new.epoch;"
            "INSERT INTO leaf SELECT * FROM new.leaf;"
            "INSERT INTO payload SELECT seq, sealed, wrapped_key FROM new.payload LEFT JOIN new.entry_key USING (seq);"
            "INSERT INTO node SELECT level, (size >> level) - 1, hash FROM new.node;"
            "INSERT INTO checkpoint SELECT * FROM new.checkpoint;"
            "INSERT INTO alias SELECT * FROM new.alias;"
            "INSERT INTO serial SELECT * FROM new.serial;"
            "INSERT INTO ticket SELECT ticket_no, wrapped_key FROM new.ticket;"
            "INSERT INTO identity SELECT source, kind, record_ref, version, correction, seq, "
            "x'00', ticket_no"
            " FROM new.identity;"
        );
        for (const char* ref : {"A-1", "A-2", "A-3"}) {
            execute(
                "UPDATE identity SET body_digest = x'" + plainDigest(ref) +
                "' WHERE record_ref = '" + ref + "'"
            );
        }
    }
    static std::string plainDigest(const std::string& ref) {
        return base::toHex(crypto::sha256("record " + ref));
    }

    /// As the program of schema 11 left it: nodes by level, replay keys without a time.
    void makeSchema11() {
        execute(
            "CREATE TABLE node_11 (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;"
            "INSERT INTO node_11 SELECT level, (size >> level) - 1, hash FROM node; DROP TABLE node;"
            "ALTER TABLE node_11 RENAME TO node;"
            "PRAGMA user_version = 11"
        );
    }

    std::vector<std::string> numbers_;
    std::string receipt_, checkpoint_;
};

TEST_F(MigrationTest, LedgerOfSchema1OpensWithEverythingItHolds) {
    makeSchema1();
    open();
    EXPECT_EQ(6u, size());
    EXPECT_EQ("record A-2", read(4));
    EXPECT_EQ(receipt_, receipt(4));
    EXPECT_EQ(checkpoint_, *look()->checkpoint());
    EXPECT_EQ(numbers_[1], look()->findTicket("hotline", "A-2"));
    const auto known = look()->findIdentity(appealIdentity("A-2"));
    ASSERT_TRUE(known);
    EXPECT_TRUE(look()->sameBody(*known, crypto::sha256("record A-2")));
    EXPECT_FALSE(look()->sameBody(*known, crypto::sha256("record A-3")));
    EXPECT_EQ("sound", verdict());
    submit("A-4");
    EXPECT_EQ("sound", verdict());
}

TEST_F(MigrationTest, RecordsOfBeforeAreFoundByTheAttachmentsTheyName) {
    open();
    const std::string digest(64, 'a');
    std::string number;
    must(run([&](Transaction& transaction) -> base::Status {
        auto message = transaction.append(messageDraft("message"));
        number = *transaction.newTicket(kRegion);
        return transaction
                       .append(recordDraft(
                           R"({"attachment_digests":[")" + digest +
                               R"("],"kind":"appeal","record_ref":"A-4","source":"hotline"})",
                           number, *message
                       ))
                       .ok()
                   ? base::Status()
                   : base::makeError(base::ErrorCode::Internal);
    }));
    ASSERT_TRUE(look()->attachmentNames(digest, 10).empty());  // as it was before there was an index
    close();
    makeSchema1();
    open();
    EXPECT_EQ((std::vector<AttachmentName>{{8, number}}), look()->attachmentNames(digest, 10));
}

TEST_F(MigrationTest, PlainDigestsAreGoneFromTheFiles) {
    makeSchema1();
    ASSERT_TRUE(filesHold(*base::fromHex(plainDigest("A-2"))));
    open();
    EXPECT_FALSE(filesHold(*base::fromHex(plainDigest("A-2"))));
}

TEST_F(MigrationTest, GivesTheTablesOfANewLedger) {
    const auto made = columns();
    makeSchema1();
    open();
    close();
    EXPECT_THAT(columns(), ElementsAreArray(made));
}

TEST_F(MigrationTest, ReaderDoesNotMigrate) {
    makeSchema1();
    auto reader = options();
    reader.read_only = true;
    EXPECT_EQ("server.config_invalid", verdictOfOpen(reader));
    EXPECT_THAT(query("PRAGMA user_version"), ElementsAre("1"));
}

TEST_F(MigrationTest, MigrationThatFailsLeavesTheOldSchema) {
    makeSchema1();
    execute("CREATE TABLE identity_1 (x)");  // what stands in the first migration's way
    EXPECT_NE("opened", verdictOfOpen(options()));
    EXPECT_THAT(query("PRAGMA user_version"), ElementsAre("1"));
    execute("DROP TABLE identity_1");
    EXPECT_EQ("opened", verdictOfOpen(options()));
}

TEST_F(MigrationTest, NewerSchemaIsRefused) {
    execute("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1));
    EXPECT_EQ("server.config_invalid", verdictOfOpen(options()));
    auto reader = options();
    reader.read_only = true;
    EXPECT_EQ("server.config_invalid", verdictOfOpen(reader));
}

TEST_F(MigrationTest, IdentityHoldsNoDigestThatAGuessCouldBeHeldAgainst) {
    EXPECT_FALSE(filesHold(crypto::sha256("record A-2")));
    EXPECT_THAT(query("SELECT length(body_mac) FROM identity"), ElementsAre("32", "32", "32"));
    // Another ledger under the same KEK has other index keys: nothing can be carried over.
    const auto before = query("SELECT body_mac FROM identity ORDER BY record_ref");
    std::filesystem::remove(file());
    for (const char* ref : {"A-1", "A-2", "A-3"}) submit(ref);
    close();
    EXPECT_THAT(query("SELECT body_mac FROM identity ORDER BY record_ref"), testing::Not(ElementsAreArray(before)));
}

/// As the program of schema 9 left it: its keyed digests are under keys that it derived from the KEK each time.
class Schema9Test : public MigrationTest {
protected:
    static base::Bytes derived(const char* info) { return crypto::hkdfSha256(base::Bytes(32, 'k'), {}, info); }
    void makeSchema9() {
        makeSchema11();
        execute("DROP TABLE index_key; DROP TABLE kek; DROP TABLE phone; DROP TABLE named_call; PRAGMA user_version = 9");
        for (const char* ref : {"A-1", "A-2", "A-3"}) {
            const auto mac =
                crypto::hmacSha256(derived("yht identity body v1"), crypto::sha256(std::string("record ") + ref));
            execute("UPDATE identity SET body_mac = x'" + base::toHex(mac) + "' WHERE record_ref = '" + ref + "'");
        }
        execute(
            "INSERT INTO attachment (mac, seq, ticket_no) VALUES (x'" +
            base::toHex(crypto::hmacSha256(derived("yht attachment v1"), std::string(64, 'a'))) + "', 2, 'T')"
        );
        execute(
            "INSERT INTO erased_name (mac, party, ticket_no) VALUES (x'" +
            base::toHex(crypto::hmacSha256(
                derived("yht erased name v1"), base::Bytes("alias\0\0\0\1p\0\0\0\1n", 15)
            )) +
            "', 'p', 'T')"
        );
    }
};

TEST_F(Schema9Test, WhatWasFoundByAKeyedDigestStillIs) {
    makeSchema9();
    open();
    EXPECT_EQ("record A-2", read(4));
    const auto known = look()->findIdentity(appealIdentity("A-2"));
    ASSERT_TRUE(known);
    EXPECT_TRUE(look()->sameBody(*known, crypto::sha256("record A-2")));
    EXPECT_EQ(1u, look()->attachmentNames(std::string(64, 'a'), 10).size());
    EXPECT_EQ("T", look()->findTicket("p", "n"));
    close();
    open();  // and from the keys that it keeps now
    EXPECT_TRUE(look()->sameBody(*known, crypto::sha256("record A-2")));
}

TEST_F(Schema9Test, AnotherKekIsRefusedBeforeAnythingIsChanged) {
    makeSchema9();
    auto other = options();
    other.kek = base::Bytes(32, 'K');
    EXPECT_EQ("server.config_invalid", verdictOfOpen(other));
    EXPECT_THAT(query("PRAGMA user_version"), ElementsAre("9"));
    EXPECT_EQ("opened", verdictOfOpen(options()));
}

TEST_F(Schema9Test, ARotationMayBeginWithTheUpgrade) {
    makeSchema9();
    auto both = options();
    both.kek = crypto::KeyRing(base::Bytes(32, 'K'), base::Bytes(32, 'k'));
    store_ = must(tryOpen(both));
    const auto known = look()->findIdentity(appealIdentity("A-2"));
    EXPECT_TRUE(look()->sameBody(*known, crypto::sha256("record A-2")));
    EXPECT_EQ("record A-2", read(4));
    submit("A-4");
    close();
    EXPECT_THAT(query("SELECT name || in_use FROM kek ORDER BY in_use"),
                ElementsAre(both.kek.formerName() + "0", both.kek.name() + "1"));
}

TEST_F(Schema9Test, RecordsOfBeforeAreFoundByTheirTelephoneNumbers) {
    open();
    std::string number;
    must(run([&](Transaction& transaction) -> base::Status {
        auto message = transaction.append(messageDraft("message"));
        number = *transaction.newTicket(kRegion);
        const auto record = transaction.append(recordDraft(
            R"({"caller_phone":"138-1234-5678","kind":"appeal","record_ref":"A-4","source":"hotline"})", number, *message
        ));
        return record.ok() ? base::Status() : record.error();
    }));
    close();
    makeSchema9();
    open();
    const auto view = look();
    EXPECT_THAT(view->phoneNames(view->phoneDigest("13812345678"), 0, 10), ElementsAre(PhoneName{8, number}));
    EXPECT_FALSE(filesHold("13812345678"));
}

/// As the program of schema 10 left it: it keeps its own index keys, and a rotation of the KEK may be under way.
TEST_F(MigrationTest, TicketsOfBeforeAreFoundByTheCallsTheyName) {
    open();
    std::string number;
    const auto put = [&](const std::string& ref, const std::string& call) {
        must(run([&](Transaction& transaction) -> base::Status {
            auto message = transaction.append(messageDraft("message"));
            number = *transaction.newTicket(kRegion);
            const auto record = transaction.append(recordDraft(
                R"({"call_ref":")" + call + R"(","kind":"appeal","record_ref":")" + ref + R"(","source":"hotline"})", number, *message
            ));
            return record.ok() ? base::Status() : record.error();
        }));
        return number;
    };
    const auto under_old = put("A-4", "TH-4");
    close();
    auto both = options();
    both.kek = crypto::KeyRing(base::Bytes(32, 'n'), base::Bytes(32, 'k'));
    store_ = must(tryOpen(both));
    const auto under_new = put("A-5", "TH-5");
    close();
    const auto keys = query("SELECT name, wrapped_key FROM index_key ORDER BY name");
    makeSchema11();
    execute("DROP TABLE named_call; PRAGMA user_version = 10");
    EXPECT_EQ("server.config_invalid", verdictOfOpen(options()));
    store_ = must(tryOpen(both));
    EXPECT_EQ(std::vector{under_old}, look()->ticketsNamingCall({"hotline", "TH-4"}, 10));
    EXPECT_EQ(std::vector{under_new}, look()->ticketsNamingCall({"hotline", "TH-5"}, 10));
    close();
    EXPECT_THAT(query("SELECT name, wrapped_key FROM index_key ORDER BY name"), ElementsAreArray(keys));
}

class Schema11Test : public MigrationTest {
protected:
    void keepReplay(base::BytesView key) {
        open();
        must(run([&](Transaction& transaction) -> base::Status {
            const auto message = transaction.append(messageDraft("message"));
            return message.ok() ? transaction.addReplay(key, *message) : message.error();
        }));
        close();
    }
    static base::Bytes timed(std::uint64_t seconds, base::BytesView digest) {
        base::Bytes key;
        base::appendU64(key, seconds);
        return key.append(digest);
    }
    static std::uint64_t nowSeconds() { return static_cast<std::uint64_t>(base::SystemClock().nowMillis()) / 1000; }
    const base::Bytes digest_ = crypto::sha256("a signed message");
};

TEST_F(Schema11Test, TheTreeIsTheSame) {
    makeSchema11();
    open();
    EXPECT_EQ(receipt_, receipt(4));
    EXPECT_EQ("sound", verdict());
    submit("A-4");
    EXPECT_EQ("sound", verdict());
}

TEST_F(Schema11Test, AMessageOfJustBeforeIsStillKnownWhenItComesAgain) {
    keepReplay(digest_);
    makeSchema11();
    open();
    EXPECT_EQ(7u, look()->findReplay(timed(nowSeconds(), digest_)));
    EXPECT_EQ(std::nullopt, look()->findReplay(timed(nowSeconds(), crypto::sha256("another"))));
    // What is signed later than that was not taken before: nobody looks for it.
    EXPECT_EQ(std::nullopt, look()->findReplay(timed(nowSeconds() + 7200, digest_)));
}

TEST_F(Schema11Test, ALedgerMadeNowHasNoKeysOfBefore) {
    keepReplay(digest_);
    open();
    EXPECT_EQ(7u, look()->findReplay(digest_));
    EXPECT_EQ(std::nullopt, look()->findReplay(timed(nowSeconds(), digest_)));
}

TEST_F(Schema9Test, GivesTheTablesOfANewLedger) {
    const auto made = columns();
    makeSchema9();
    open();
    close();
    EXPECT_THAT(columns(), ElementsAreArray(made));
}

}  // namespace
}  // namespace yht::ledger
