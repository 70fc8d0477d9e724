// Evidence as readers get it: receipts, checkpoints, proofs.
#include "gateway/ledger/store/sqlite_snapshot.h"

#include <sys/resource.h>

#include "gateway/ledger/format/tree.h"
#include "ledger_fixture.h"

namespace yht::ledger {
namespace {

using base::ErrorCode;

/// So many files may be open in the scope, where the machine lets us say so.
class MoreFiles {
public:
    explicit MoreFiles(rlim_t count) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit wanted = before_;
        wanted.rlim_cur = std::min(std::max(count, before_.rlim_cur), before_.rlim_max);
        had_ = ::setrlimit(RLIMIT_NOFILE, &wanted) == 0 && wanted.rlim_cur >= count;
    }
    ~MoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    MoreFiles(const MoreFiles&) = delete;
    MoreFiles& operator=(const MoreFiles&) = delete;
    bool had() const { return had_; }

private:
    rlimit before_{};
    bool had_ = false;
};

class EvidenceTest : public LedgerTest {
protected:
    std::string judge(const std::string& receipt_json, const std::string& payload) {
        const auto receipt = must(decodeReceipt(receipt_json));
        const auto status = verifyReceipt(receipt, kKeyName, log_key_.publicKey(), &payload);
        return status.ok() ? "valid" : status.error().row().wire;
    }
    Checkpoint newest() {
        return must(openCheckpoint(*look()->checkpoint(), kKeyName, log_key_.publicKey()));
    }
};

TEST_F(EvidenceTest, EveryReceiptVerifiesOffline) {
    for (int i = 1; i <= 9; ++i) append("entry " + std::to_string(i));
    for (Seq seq = 1; seq <= 9; ++seq)
        EXPECT_EQ("valid", judge(receipt(seq), "entry " + std::to_string(seq)));
    EXPECT_EQ("ledger.corrupt", judge(receipt(1), "entry 2"));
}

TEST_F(EvidenceTest, ReceiptIsTheSameBytesForEver) {
    append("one");
    submit("A-1");
    const auto first = receipt(1), record = receipt(3);
    for (int i = 0; i < 20; ++i) append("later");
    EXPECT_EQ(first, receipt(1));
    reopen();
    EXPECT_EQ(first, receipt(1));
    EXPECT_EQ(record, receipt(3));
}

TEST_F(EvidenceTest, ReceiptCarriesTheCheckpointOfItsOwnCommit) {
    append("one");
    submit("A-1");  // two entries, one commit
    append("four");
    for (Seq seq : {2, 3}) {
        const auto made = must(look()->receipt(seq));
        EXPECT_EQ(3u, must(openCheckpoint(made.checkpoint, kKeyName, log_key_.publicKey())).size);
        EXPECT_EQ(seq == 3 ? "430200-20190418-0000001-6" : "", made.ticket_no);
    }
}

TEST_F(EvidenceTest, ReceiptsInBulkAreThoseMadeOneByOne) {
    for (int i = 0; i < 5; ++i) submit("A-" + std::to_string(i));
    std::vector<ReceiptRequest> with_salt, without;
    for (Seq seq = 1; seq <= 10; ++seq) {
        with_salt.push_back({seq, base::Bytes(kSaltBytes, 's')});
        without.push_back({seq, {}});
    }
    const auto a = must(look()->receipts(with_salt));
    EXPECT_EQ(a, must(look()->receipts(without)));
    for (Seq seq = 1; seq <= 10; ++seq) EXPECT_EQ(receipt(seq), encodeReceipt(a[seq - 1]));
    EXPECT_EQ(ErrorCode::NotFound, look()->receipts({{11, {}}}).error().code);
}

TEST_F(EvidenceTest, SoManySnapshotsAreHadAtOnceAndOneMoreWhenOneIsGivenBack) {
    append("one");
    const MoreFiles files(3 * kSnapshotsMax);  // database and WAL of each, and what else is open
    if (!files.had()) GTEST_SKIP() << "this machine lets a process open too few files";
    std::vector<std::unique_ptr<Snapshot>> held;
    while (held.size() < kSnapshotsMax) {
        auto one = store().snapshot();
        ASSERT_TRUE(one.ok()) << held.size() << ' ' << base::describe(one.error());
        held.push_back(*std::move(one));
    }
    EXPECT_EQ(ErrorCode::Unavailable, store().snapshot().error().code);
    append("two");  // readers hold up no writer
    EXPECT_EQ(1u, held.front()->lastSeq());
    held.pop_back();
    EXPECT_EQ(2u, must(store().snapshot())->lastSeq());
}

TEST_F(EvidenceTest, CheckpointsOfTwoTimesAreConsistent) {
    for (int i = 0; i < 5; ++i) append("x");
    const auto before = newest();
    for (int i = 0; i < 6; ++i) append("y");
    const auto after = newest();
    EXPECT_EQ(kOrigin, after.origin);
    const auto proof = must(look()->consistencyProof(before.size, after.size));
    EXPECT_TRUE(verifyConsistency(before.size, after.size, before.root, after.root, proof));
}

TEST_F(EvidenceTest, InclusionProofAtAnySizeFits) {
    for (int i = 0; i < 11; ++i) append("x");
    const auto root = newest().root;
    const auto leaf = must(look()->entry(3)).leaf;
    EXPECT_EQ(
        root, must(rootFromInclusion(2, 11, leafHash(leaf), must(look()->inclusionProof(3, 11))))
    );
}

TEST_F(EvidenceTest, ProofsOutsideTheTreeAreRefused) {
    append("one");
    EXPECT_EQ(ErrorCode::ParameterInvalid, look()->inclusionProof(0, 1).error().code);
    EXPECT_EQ(ErrorCode::ParameterInvalid, look()->inclusionProof(1, 2).error().code);
    EXPECT_EQ(ErrorCode::ParameterInvalid, look()->consistencyProof(0, 1).error().code);
    EXPECT_EQ(ErrorCode::ParameterInvalid, look()->consistencyProof(1, 2).error().code);
    EXPECT_EQ(ErrorCode::NotFound, look()->receipt(2).error().code);
}

TEST_F(EvidenceTest, ErasedEntryKeepsItsLeafAndOthersTheirReceipts) {
    append("one");
    append("two");
    const auto two = receipt(2);
    // What an erasure does, without its entry.
    tamper("UPDATE payload SET sealed = zeroblob(length(sealed)) WHERE seq = 1");
    EXPECT_EQ("ledger.erased", read(1));
    EXPECT_EQ(ErrorCode::LedgerErased, look()->receipt(1).error().code);
    EXPECT_EQ(1u, must(look()->leaf(1)).header.seq);
    EXPECT_EQ(two, receipt(2));
}

}  // namespace
}  // namespace yht::ledger
