#include "tests/unit/gateway/intake/admission/test_ledger.h"

#include <stdlib.h>

#include <stdexcept>

#include "gateway/ledger/store/backup.h"

namespace yht::intake {
namespace {

constexpr const char* kKeyName = "yht.test/430200/1";

std::filesystem::path makeDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "yht-admission-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return name;
}

}  // namespace

TestLedger::TestLedger(const base::Clock& clock, base::Random& random)
    : clock_(clock),
      random_(random),
      directory_(makeDirectory()),
      log_key_(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519).value()),
      kek_(random.bytes(32)) {
    store_ = ledger::SqliteStore::open(options()).value();
}

ledger::SqliteStoreOptions TestLedger::options() const {
    return {.path = (directory_ / "ledger.db").string(),
            .kek = kek_,
            .log_key = log_key_,
            .key_name = kKeyName,
            .origin = kKeyName,
            .clock = clock_,
            .random = random_,
            .reserve_bytes = 4096};
}

void TestLedger::restart() {
    store_.reset();
    store_ = ledger::SqliteStore::open(options()).value();
}

void TestLedger::backup() {
    std::filesystem::remove(directory_ / "backup.db");
    (void)ledger::backupLedger(options(), (directory_ / "backup.db").string(), {}).value();
}

void TestLedger::loseSinceBackup() {
    store_.reset();
    for (const char* part : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
        std::filesystem::remove(directory_ / part);
    }
    (void)ledger::restoreLedger(options(), (directory_ / "backup.db").string(), {}, {}).value();
    (void)ledger::reopenLedger(options(), "uid:0", "disk lost").value();
    store_ = ledger::SqliteStore::open(options()).value();
}

TestLedger::~TestLedger() {
    store_.reset();
    std::filesystem::remove_all(directory_);
}

base::Status TestLedger::verify(const ledger::Receipt& receipt, const std::string& payload) const {
    return ledger::verifyReceipt(receipt, kKeyName, log_key_.publicKey(), &payload);
}

}  // namespace yht::intake
