// Checkpoints: C2SP tlog-checkpoint bodies in C2SP signed notes, by an Ed25519 log key used for nothing else.
//   body = origin "\n" size "\n" base64(root) "\n"
//   note = body "\n" "— " key_name " " base64(key_id(4) ‖ signature(64)) "\n"
//   key_id = first 4 octets of SHA-256(key_name "\n" 0x01 ‖ public_key)
// The origin carries the epoch: "yht.example/430200/1"; `yht ledger reopen` raises it.
// Uses: base, crypto. Used by: ledger/store, tools/ledger-verify.
#pragma once

#include <string>
#include <string_view>

#include "gateway/crypto/key.h"

namespace yht::ledger {

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    base::Bytes root;
    bool operator==(const Checkpoint&) const = default;
};

/// What notes can carry: a key name is UTF-8 without white space and "+", an origin one line that is not empty.
bool isKeyName(std::string_view name);
bool isOrigin(std::string_view origin);

/// Signs one log's checkpoints. The key id is worked out once: taking a public key from a private one costs more than
/// a signature. Thread-safety: any thread.
class CheckpointSigner {
public:
    /// Requires: an Ed25519 key; isKeyName(key_name).
    CheckpointSigner(std::string_view key_name, crypto::PrivateKey key);
    /// The same inputs give the same bytes (Ed25519 is deterministic): receipts are rebuilt, not stored.
    /// Requires: isOrigin(checkpoint.origin), a root of 32 octets. Errors: CryptoFailed.
    base::Result<std::string> sign(const Checkpoint& checkpoint) const;

private:
    const std::string key_name_;
    const crypto::PrivateKey key_;
    const base::Bytes key_id_;
};

/// One checkpoint only. Requires and Errors: as CheckpointSigner.
base::Result<std::string> signCheckpoint(const Checkpoint& checkpoint, std::string_view key_name,
                                         const crypto::PrivateKey& key);
/// Errors: LedgerCorrupt where the note can't be read, has no signature by `key_name`, or it does not verify.
base::Result<Checkpoint> openCheckpoint(std::string_view note, std::string_view key_name,
                                        const crypto::PublicKey& key);
/// "name+hash+base64(0x01 ‖ key)": the verifier key text that note tools take.
std::string verifierKey(std::string_view key_name, const crypto::PublicKey& key);
base::Result<std::pair<std::string, crypto::PublicKey>> parseVerifierKey(std::string_view text);

}  // namespace yht::ledger
