// A real SQLite ledger in a temporary directory that goes with it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "gateway/ledger/format/receipt.h"
#include "gateway/ledger/store/sqlite_store.h"

namespace yht::intake {

class TestLedger {
public:
    TestLedger(const base::Clock& clock, base::Random& random);
    ~TestLedger();
    TestLedger(const TestLedger&) = delete;
    TestLedger& operator=(const TestLedger&) = delete;

    ledger::Store& store() { return *store_; }
    void restart();
    /// Remembers the ledger as it is now.
    void backup();
    /// The disk is lost: what was remembered comes back, and is opened again in a new epoch.
    void loseSinceBackup();
    const crypto::PrivateKey& logKey() const { return log_key_; }
    base::Status verify(const ledger::Receipt& receipt, const std::string& payload) const;

private:
    ledger::SqliteStoreOptions options() const;

    const base::Clock& clock_;
    base::Random& random_;
    std::filesystem::path directory_;
    crypto::PrivateKey log_key_;
    base::Bytes kek_;
    std::unique_ptr<ledger::SqliteStore> store_;
};

}  // namespace yht::intake
