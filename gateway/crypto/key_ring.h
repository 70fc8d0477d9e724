// Key-encryption keys (KEK, 密钥加密密钥): what wraps the keys that seal texts at rest. One is in use; while it is being
// rotated (轮换), the one before opens what is still under it. A wrapped key does not say whose it is: both are tried,
// the one in use first, and AES-256-GCM tells which.
// Uses: base. Used by: ledger/store, attachments, app.
#pragma once

#include <optional>
#include <string>

#include "gateway/crypto/aead.h"

namespace yht::crypto {

/// Thread-safety: any thread.
class KeyRing {
public:
    KeyRing() = default;
    /// `former`: the KEK before; "" none.
    KeyRing(base::Bytes kek, base::Bytes former = {});

    /// Keys of kAeadKeyBytes, and two that differ where there are two. Nothing below may be called on another.
    bool isUsable() const;
    /// The KEK in use by a name that tells nothing of it: 16 hexadecimal digits of
    /// HKDF-SHA-256(kek, info "yht kek name v1").
    const std::string& name() const { return name_; }
    /// "" where there is none before.
    const std::string& formerName() const { return former_name_; }

    /// HKDF-SHA-256 of the KEK in use.
    base::Bytes derive(base::BytesView info) const;
    /// A ring of the KEK in use alone; of the one before alone: not usable where there is none.
    KeyRing withoutFormer() const { return KeyRing(kek_); }
    KeyRing former() const { return KeyRing(former_); }

    /// `key` under the KEK in use, bound to `context`; 28 octets longer than it.
    base::Bytes wrap(base::BytesView context, base::BytesView key, base::Random& random) const;
    /// Errors: CryptoFailed where neither KEK wrapped it under this context.
    base::Result<base::Bytes> unwrap(base::BytesView context, base::BytesView wrapped) const;
    /// The same key under the KEK in use, as long as before; nullopt: it is under that one. Errors: as unwrap().
    base::Result<std::optional<base::Bytes>> rewrap(
        base::BytesView context, base::BytesView wrapped, base::Random& random
    ) const;

private:
    base::Bytes kek_, former_;
    std::string name_, former_name_;
};

/// KeyRing::name() of `kek`. Requires: kek.size() == kAeadKeyBytes.
std::string kekName(base::BytesView kek);

}  // namespace yht::crypto
