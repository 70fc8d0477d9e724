#include "gateway/crypto/key_ring.h"

#include "gateway/base/assert.h"
#include "gateway/crypto/digest.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kNameBytes = 8;

std::string nameOf(base::BytesView kek) {
    return kek.size() == kAeadKeyBytes ? kekName(kek) : std::string();
}

}  // namespace

std::string kekName(base::BytesView kek) {
    YHT_ASSERT(kek.size() == kAeadKeyBytes);
    return base::toHex(hkdfSha256(kek, {}, "yht kek name v1").substr(0, kNameBytes));
}

KeyRing::KeyRing(base::Bytes kek, base::Bytes former)
    : kek_(std::move(kek)), former_(std::move(former)), name_(nameOf(kek_)), former_name_(nameOf(former_)) {}

bool KeyRing::isUsable() const {
    if (kek_.size() != kAeadKeyBytes) return false;
    return former_.empty() || (former_.size() == kAeadKeyBytes && former_ != kek_);
}

base::Bytes KeyRing::derive(base::BytesView info) const {
    return hkdfSha256(kek_, {}, info);
}

base::Bytes KeyRing::wrap(base::BytesView context, base::BytesView key, base::Random& random) const {
    return seal(kek_, context, key, random);
}

base::Result<base::Bytes> KeyRing::unwrap(base::BytesView context, base::BytesView wrapped) const {
    auto key = open(kek_, context, wrapped);
    if (key.ok() || former_.empty()) return key;
    return open(former_, context, wrapped);
}

base::Result<std::optional<base::Bytes>> KeyRing::rewrap(
    base::BytesView context, base::BytesView wrapped, base::Random& random
) const {
    if (open(kek_, context, wrapped).ok()) return std::optional<base::Bytes>();
    auto key = unwrap(context, wrapped);
    if (!key.ok()) return std::move(key).error();
    return std::optional<base::Bytes>(wrap(context, *key, random));
}

}  // namespace yht::crypto
