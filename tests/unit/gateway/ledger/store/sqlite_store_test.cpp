// Opening, group commit, the queue, and what readers see.
#include "gateway/ledger/store/sqlite_store.h"

#include <fstream>
#include <thread>

#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using testing::ElementsAre;

class SqliteStoreTest : public LedgerTest {};

TEST_F(SqliteStoreTest, EmptyLedgerHasNothing) {
    EXPECT_EQ(0u, size());
    EXPECT_EQ(std::nullopt, look()->checkpoint());
    EXPECT_EQ("request.not_found", read(1));
}

TEST_F(SqliteStoreTest, AppendedEntryIsRead) {
    EXPECT_EQ(1u, append("one"));
    EXPECT_EQ(2u, append("two"));
    EXPECT_EQ("one", read(1));
    EXPECT_EQ("two", read(2));
    EXPECT_EQ("request.not_found", read(3));
}

TEST_F(SqliteStoreTest, AcknowledgedEntriesSurviveReopen) {
    append("one");
    const auto number = submit("A-1");
    reopen();
    EXPECT_EQ(3u, size());
    EXPECT_EQ("one", read(1));
    EXPECT_EQ("record A-1", read(3));
    EXPECT_EQ(number, look()->findTicket("hotline", "A-1"));
    EXPECT_EQ(4u, append("four"));
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteStoreTest, HeaderIsCompletedByTheStore) {
    append("one");
    submit("A-1");
    const auto message = must(look()->leaf(2)).header;
    EXPECT_EQ(2u, message.message_seq);
    EXPECT_EQ(clock_.nowMillis(), message.committed_ms);
    EXPECT_EQ(base::Bytes(kHashBytes, 'c'), message.config_digest);
    EXPECT_EQ(2u, must(look()->leaf(3)).header.message_seq);
}

TEST_F(SqliteStoreTest, NewLeavesNameTheBundleInForce) {
    append("one");
    store().setConfigDigest(base::Bytes(kHashBytes, 'd'));
    append("two");
    EXPECT_EQ(base::Bytes(kHashBytes, 'c'), must(look()->leaf(1)).header.config_digest);
    EXPECT_EQ(base::Bytes(kHashBytes, 'd'), must(look()->leaf(2)).header.config_digest);
}

TEST_F(SqliteStoreTest, PayloadsDoNotStandInTheFile) {
    append("张三 19900000001");
    close();
    std::ifstream file(folder_ / "ledger.db", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(std::string::npos, bytes.find("hotline"));  // headers do
    EXPECT_EQ(std::string::npos, bytes.find("19900000001"));
}

TEST_F(SqliteStoreTest, SecondWriterIsRefused) {
    open();
    EXPECT_EQ("ledger.locked", verdictOfOpen(options()));
    close();
    EXPECT_EQ("opened", verdictOfOpen(options()));
}

TEST_F(SqliteStoreTest, ReaderBesideTheWriterSeesWhatIsCommitted) {
    append("one");
    auto reading = options();
    reading.read_only = true;
    const auto reader = must(tryOpen(reading));
    EXPECT_EQ(1u, must(reader->snapshot())->lastSeq());
    append("two");
    EXPECT_EQ("two", must(must(reader->snapshot())->entry(2)).payload);
    EXPECT_TRUE(reader->waitForEntry(1, 0));
    EXPECT_FALSE(reader->waitForEntry(2, 0));
}

TEST_F(SqliteStoreTest, ReadOnlyStoreTakesNoTask) {
    append("one");
    close();
    auto reading = options();
    reading.read_only = true;
    const auto reader = must(tryOpen(reading));
    const auto status = reader->run([](Transaction&) { return base::Status(); });
    EXPECT_EQ(base::ErrorCode::NotReady, status.error().code);
}

TEST_F(SqliteStoreTest, ReadOnlyDoesNotMakeALedger) {
    auto reading = options();
    reading.read_only = true;
    EXPECT_EQ("server.io_failed", verdictOfOpen(reading));
}

TEST_F(SqliteStoreTest, LedgerOfAnotherOriginOrKeyIsRefused) {
    append("one");
    close();
    auto other_origin = options();
    other_origin.origin = "yht.example/430200/2";
    EXPECT_EQ("server.config_invalid", verdictOfOpen(other_origin));
    auto other_key = options();
    other_key.log_key = must(crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x08')));
    EXPECT_EQ("server.config_invalid", verdictOfOpen(other_key));
    EXPECT_EQ("opened", verdictOfOpen(options()));
}

TEST_F(SqliteStoreTest, LedgerOfANewerProgramIsRefused) {
    append("one");
    tamper("PRAGMA user_version = 99; UPDATE meta SET value = value");
    EXPECT_EQ("server.config_invalid", verdictOfOpen(options()));
}

TEST_F(SqliteStoreTest, FileThatIsNoDatabaseIsRefused) {
    std::ofstream(folder_ / "ledger.db") << std::string(8192, 'x');
    EXPECT_EQ("ledger.corrupt", verdictOfOpen(options()));
}

TEST_F(SqliteStoreTest, OptionsThatCanNotWorkAreRefused) {
    auto short_kek = options();
    short_kek.kek = base::Bytes("short");
    EXPECT_EQ("server.config_invalid", verdictOfOpen(short_kek));
    auto no_key = options();
    no_key.log_key.reset();
    EXPECT_EQ("server.config_invalid", verdictOfOpen(no_key));
    auto wrong_key = options();
    wrong_key.log_key =
        must(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::EcdsaP256Sha256));
    EXPECT_EQ("server.config_invalid", verdictOfOpen(wrong_key));
    auto no_name = options();
    no_name.key_name = "two words";
    EXPECT_EQ("server.config_invalid", verdictOfOpen(no_name));
    auto no_origin = options();
    no_origin.origin = "two\nlines";
    EXPECT_EQ("server.config_invalid", verdictOfOpen(no_origin));
}

TEST_F(SqliteStoreTest, OtherKekIsRefusedBeforeAnythingIsWrittenUnderIt) {
    append("one");
    close();
    auto other = options();
    other.kek = base::Bytes(32, 'x');
    EXPECT_EQ("server.config_invalid", verdictOfOpen(other));
    const auto said = tryOpen(other).error().public_en;
    EXPECT_NE(std::string::npos, said.find(crypto::kekName(base::Bytes(32, 'k')))) << said;
    other.read_only = true;
    EXPECT_EQ("server.config_invalid", verdictOfOpen(other));
    const auto verified = verifyLedger(other, {});
    EXPECT_EQ(base::ErrorCode::ConfigInvalid, verified.error().code);
    open();
    EXPECT_EQ("one", read(1));
}

TEST_F(SqliteStoreTest, PayloadsOfBothCiphersAreReadWhicheverIsConfigured) {
    append("one");
    close();
    auto national = options();
    national.payload_cipher = crypto::CipherSuite::Sm4CtrHmacSm3;
    store_ = must(tryOpen(national));
    append("two");
    EXPECT_EQ("one", read(1));
    EXPECT_EQ("two", read(2));
    EXPECT_THAT(
        query("SELECT seq FROM payload WHERE hex(substr(sealed, 1, 8)) = '" + base::toHex("YHTSEAL\x02") + "' COLLATE NOCASE"),
        testing::ElementsAre("2")
    );
    reopen();
    EXPECT_EQ("two", read(2));
    append("three");
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteStoreTest, LeavesOfBothKindsStandInOneTree) {
    append("one");
    close();
    auto two = options();
    two.leaf_digests = kDigestSha256Sm3;
    store_ = must(tryOpen(two));
    append("two");
    reopen();
    append("three");
    const auto leaf = must(look()->leaf(2));
    EXPECT_EQ(kDigestSha256Sm3, leaf.header.digest_algorithm);
    EXPECT_EQ(2 * kHashBytes, leaf.commitment.size());
    EXPECT_EQ(kDigestSha256, must(look()->leaf(3)).header.digest_algorithm);
    const auto told = receipt(2);
    const auto parsed = must(decodeReceipt(told));
    const std::string right = "two", wrong = "twp";
    must(verifyReceipt(parsed, kKeyName, log_key_.publicKey(), &right));
    EXPECT_FALSE(verifyReceipt(parsed, kKeyName, log_key_.publicKey(), &wrong).ok());
    EXPECT_EQ("sound", verdict());
}

TEST_F(SqliteStoreTest, SnapshotStaysAsItWas) {
    append("one");
    const auto before = look();
    append("two");
    EXPECT_EQ(1u, before->lastSeq());
    EXPECT_FALSE(before->entry(2).ok());
    EXPECT_EQ(2u, size());
}

/// Holds the writer inside a task until told to go on, so that tasks queue up behind it.
class Gate {
public:
    Task task() {
        return [state = state_](Transaction&) {
            state->entered.set_value();
            state->open.get_future().wait();
            return base::Status();
        };
    }
    void awaitEntered() { state_->entered.get_future().wait(); }
    void open() { state_->open.set_value(); }

private:
    struct State {
        std::promise<void> entered, open;
    };
    // The writer may still be on its way out of the task when the test ends.
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST_F(SqliteStoreTest, WhatQueuesUpSharesOneCommitAndOneCheckpoint) {
    Gate gate;
    store().submit(gate.task(), [](base::Status) {});
    gate.awaitEntered();
    std::vector<std::promise<base::Status>> answers(10);
    for (auto& answer : answers) {
        store().submit(
            [](Transaction& transaction) -> base::Status {
                auto seq = transaction.append(messageDraft("x"));
                return seq.ok() ? base::Status() : seq.error();
            },
            [&](base::Status status) { answer.set_value(std::move(status)); }
        );
    }
    const auto before = store().counters();
    EXPECT_EQ(10u, before.queue_depth);
    gate.open();
    for (auto& answer : answers) must(answer.get_future().get());
    const auto after = store().counters();
    EXPECT_EQ(2u, after.commits - before.commits);  // the gate's, and one for all ten
    EXPECT_EQ(10u, after.entries - before.entries);
    EXPECT_EQ(1u, verify().checkpoints);
}

TEST_F(SqliteStoreTest, FullQueueRefusesAtOnce) {
    auto small = options();
    small.queue_max = 2;
    store_ = must(tryOpen(small));
    Gate gate;
    store().submit(gate.task(), [](base::Status) {});
    gate.awaitEntered();
    for (int i = 0; i < 2; ++i)
        store().submit([](Transaction&) { return base::Status(); }, [](base::Status) {});
    const auto refused = run([](Transaction&) { return base::Status(); });
    gate.open();
    EXPECT_EQ(base::ErrorCode::QueueFull, refused.error().code);
    EXPECT_LT(0u, refused.error().retry_after_s);
    EXPECT_EQ(1u, store().counters().refused_queue_full);
}

TEST_F(SqliteStoreTest, ClosingCommitsWhatIsQueued) {
    Gate gate;
    store().submit(gate.task(), [](base::Status) {});
    gate.awaitEntered();
    base::Status answer = base::makeError(base::ErrorCode::Internal);
    store().submit(
        [](Transaction& transaction) -> base::Status {
            auto seq = transaction.append(messageDraft("late"));
            return seq.ok() ? base::Status() : seq.error();
        },
        [&](base::Status status) { answer = std::move(status); }
    );
    gate.open();
    close();
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ("late", read(1));
}

TEST_F(SqliteStoreTest, WaitingReaderIsWokenByTheCommit) {
    open();
    EXPECT_FALSE(store().waitForEntry(0, 0));
    std::thread waiting([&] { EXPECT_TRUE(store().waitForEntry(0, 60'000)); });
    append("one");
    waiting.join();
    EXPECT_TRUE(store().waitForEntry(0, 0));
    EXPECT_FALSE(store().waitForEntry(1, 0));
}

TEST_F(SqliteStoreTest, ManyThreadsGetOneNumberEach) {
    open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) submit(std::to_string(t) + "-" + std::to_string(i));
        });
    }
    for (auto& thread : threads) thread.join();
    const auto report = verify();
    must(report.status());
    EXPECT_EQ(400u, report.entries);
    EXPECT_EQ(200u, report.identities);
}

TEST_F(SqliteStoreTest, ScanGivesHeadersAfterACursor) {
    append("one");
    submit("A-1");
    const auto headers = look()->scan(1, 10);
    ASSERT_EQ(2u, headers.size());
    EXPECT_EQ(EntryType::Message, headers[0].type);
    EXPECT_EQ(3u, headers[1].seq);
    EXPECT_EQ(1u, look()->scan(1, 1).size());
    EXPECT_TRUE(look()->scan(3, 10).empty());
}

}  // namespace
}  // namespace yht::ledger
