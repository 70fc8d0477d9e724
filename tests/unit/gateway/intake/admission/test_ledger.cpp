#include "tests/unit/gateway/intake/admission/test_ledger.h"

#include <stdlib.h>

#include <stdexcept>

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
    : directory_(makeDirectory()),
      log_key_(crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519).value()) {
    store_ = ledger::SqliteStore::open({.path = (directory_ / "ledger.db").string(),
                                        .kek = random.bytes(32),
                                        .log_key = log_key_,
                                        .key_name = kKeyName,
                                        .origin = kKeyName,
                                        .clock = clock,
                                        .random = random,
                                        .reserve_bytes = 4096})
                 .value();
}

TestLedger::~TestLedger() {
    store_.reset();
    std::filesystem::remove_all(directory_);
}

base::Status TestLedger::verify(const ledger::Receipt& receipt, const std::string& payload) const {
    return ledger::verifyReceipt(receipt, kKeyName, log_key_.publicKey(), &payload);
}

}  // namespace yht::intake
