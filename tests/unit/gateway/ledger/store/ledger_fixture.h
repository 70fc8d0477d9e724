// The small language that the store's tests are written in: a ledger in a folder of its own,
// opened, fed, closed, crashed and tampered with. Time stands still unless a test moves it;
// randomness is seeded.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/base/time_text.h"
#include "gateway/ledger/store/sqlite_store.h"
#include "gateway/ledger/store/verify.h"

namespace yht::ledger {

/// A folder that goes away with its owner.
class TestFolder {
public:
    TestFolder();
    ~TestFolder();
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline constexpr const char* kKeyName = "yht.example/log";
inline constexpr const char* kOrigin = "yht.example/430200/1";
inline constexpr const char* kRegion = "430200";

class LedgerTest : public testing::Test {
protected:
    // Opening and closing.
    SqliteStoreOptions options();
    base::Result<std::unique_ptr<SqliteStore>> tryOpen(SqliteStoreOptions options);
    base::Result<std::unique_ptr<SqliteStore>> tryOpen() { return tryOpen(options()); }
    /// "opened", or the wire code of the refusal.
    std::string verdictOfOpen(SqliteStoreOptions options);
    void open() { store_ = must(tryOpen()); }
    void close() { store_.reset(); }
    void reopen() {
        close();
        open();
    }
    SqliteStore& store();

    // Writing. Each is one task, so one commit of its own.
    base::Status run(Task task) { return store().run(std::move(task)); }
    Seq append(const std::string& text);
    std::string newTicket(const std::string& region = kRegion);
    /// A message and its record: new ticket, identity (source "hotline", appeal, ref, version 1),
    /// alias.
    std::string submit(const std::string& ref);

    // Reading.
    std::unique_ptr<Snapshot> look() { return must(store().snapshot()); }
    /// Payload of the entry, or the wire code of the refusal.
    std::string read(Seq seq);
    Seq size() { return look()->lastSeq(); }
    std::string receipt(Seq seq) { return encodeReceipt(must(look()->receipt(seq))); }
    VerifyReport verify();
    /// "sound", or the wire code.
    std::string verdict();

    /// Changes the file behind the store's back. Requires: closed.
    void tamper(const std::string& sql);
    /// Runs statements on the file, which is made where it is not there.
    void execute(const std::string& sql) const;
    /// The rows of the file's answer, columns joined by "|"; blobs in hexadecimal.
    std::vector<std::string> query(const std::string& sql) const;
    /// Every table's and index's columns, in order, with their types.
    std::vector<std::string> columns() const;
    /// Whether the bytes stand anywhere in the ledger's files: database, WAL, shared memory.
    bool filesHold(base::BytesView bytes) const;

    template <class T>
    static T must(base::Result<T> result) {
        if (!result.ok()) ADD_FAILURE() << base::describe(result.error());
        return *std::move(result);
    }
    static void must(const base::Status& status) {
        if (!status.ok()) ADD_FAILURE() << base::describe(status.error());
    }

    TestFolder folder_;
    base::ManualClock clock_{*base::parseRfc3339("2019-04-18T10:00:00+08:00")};
    base::SeededRandom random_{20190418};
    crypto::PrivateKey log_key_ =
        must(crypto::PrivateKey::fromEd25519Seed(base::Bytes(32, '\x07')));
    std::unique_ptr<SqliteStore> store_;
};

EntryDraft messageDraft(const std::string& text);
EntryDraft recordDraft(const std::string& text, const std::string& ticket_no, Seq message_seq);
ticket::Identity appealIdentity(const std::string& ref, std::uint64_t version = 1);
/// What submit() does, for tests that put several into one task.
base::Result<std::string> submitIn(Transaction& transaction, const std::string& ref);

}  // namespace yht::ledger
