// What others hand back to us of the ledger. First byte: 0 a checkpoint's note, 1 a receipt, 2 a verifier key, 3 a leaf.
#include "gateway/ledger/format/receipt.h"

#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

const crypto::PublicKey& logKey() {
    static const auto key = crypto::PrivateKey::fromEd25519Seed(std::string(32, 'k'));
    static const auto open = key.value().publicKey();
    return open;
}

void claimReceipt(std::string_view text) {
    const auto receipt = ledger::decodeReceipt(text);
    if (!receipt) return;
    const auto again = ledger::decodeReceipt(ledger::encodeReceipt(*receipt));
    FUZZ_CLAIM(again.ok() && *again == *receipt);
    // Nobody's input is signed by this key.
    FUZZ_CLAIM(!ledger::verifyReceipt(*receipt, "log.example", logKey(), nullptr).ok());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    switch (fuzz::takeChoice(input)) {
        case 0:
            FUZZ_CLAIM(!ledger::openCheckpoint(input, "log.example", logKey()).ok());
            break;
        case 1:
            claimReceipt(input);
            break;
        case 2: {
            const auto key = ledger::parseVerifierKey(input);
            if (key) FUZZ_CLAIM(ledger::verifierKey(key->first, key->second) == input);
            break;
        }
        default: {
            const auto leaf = ledger::decodeLeaf(input);
            if (leaf) FUZZ_CLAIM(ledger::encodeLeaf(leaf->header, leaf->commitment) == input);
            break;
        }
    }
    return 0;
}
