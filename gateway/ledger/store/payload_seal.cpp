#include "gateway/ledger/store/payload_seal.h"

namespace yht::ledger {
namespace {

// Separate the two uses of one cipher: a wrapped key can't be passed off as a payload.
base::Bytes payloadContext(base::BytesView leaf_hash) {
    return base::Bytes("yht payload\n").append(leaf_hash);
}
base::Bytes keyContext(base::BytesView owner) {
    return base::Bytes("yht data key\n").append(owner);
}

constexpr std::string_view kMark = "YHTSEAL";

base::Bytes markOf(crypto::CipherSuite suite) {
    return base::Bytes(kMark) + static_cast<char>(suite);
}

/// The plain text by the mark that it bears, or by none.
base::Result<base::Bytes> openAny(base::BytesView data_key, base::BytesView context, base::BytesView sealed) {
    constexpr auto kMarked = crypto::CipherSuite::Sm4CtrHmacSm3;
    const auto mark = markOf(kMarked);
    if (sealed.starts_with(mark)) {
        auto plain = crypto::openWith(kMarked, data_key, context, sealed.substr(mark.size()));
        if (plain.ok()) return plain;
    }
    return crypto::open(data_key, context, sealed);
}

base::Error corrupt(const char* what, const base::Error& why) {
    return base::makeError(
        base::ErrorCode::LedgerCorrupt, std::string(what) + ": " + base::describe(why)
    );
}

}  // namespace

base::Bytes sealPayload(
    crypto::CipherSuite suite, base::BytesView data_key, base::BytesView leaf_hash, base::BytesView salt,
    base::Bytes payload, base::Random& random
) {
    YHT_ASSERT(salt.size() == kSaltBytes);
    payload.insert(0, salt);
    auto sealed = crypto::sealWith(suite, data_key, payloadContext(leaf_hash), payload, random);
    if (suite != crypto::CipherSuite::Aes256Gcm) sealed.insert(0, markOf(suite));
    return sealed;
}

base::Result<OpenedPayload> openPayload(
    base::BytesView data_key, base::BytesView leaf_hash, base::BytesView sealed
) {
    auto plain = openAny(data_key, payloadContext(leaf_hash), sealed);
    if (!plain.ok()) return corrupt("a sealed payload does not open", plain.error());
    if (plain->size() < kSaltBytes) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "a sealed payload has no salt");
    }
    return OpenedPayload{plain->substr(0, kSaltBytes), plain->substr(kSaltBytes)};
}

base::Bytes wrapKey(
    const crypto::KeyRing& kek, base::BytesView owner, base::BytesView data_key, base::Random& random
) {
    return kek.wrap(keyContext(owner), data_key, random);
}

base::Result<std::optional<base::Bytes>> rewrapKey(
    const crypto::KeyRing& kek, base::BytesView owner, base::BytesView wrapped, base::Random& random
) {
    auto anew = kek.rewrap(keyContext(owner), wrapped, random);
    if (!anew.ok()) return corrupt("a data key does not unwrap", anew.error());
    return anew;
}

base::Result<base::Bytes> unwrapKey(
    const crypto::KeyRing& kek, base::BytesView owner, base::BytesView wrapped
) {
    auto key = kek.unwrap(keyContext(owner), wrapped);
    if (!key.ok()) return corrupt("a data key does not unwrap", key.error());
    if (key->size() != crypto::kAeadKeyBytes) {
        return base::makeError(base::ErrorCode::LedgerCorrupt, "a data key is not 32 octets");
    }
    return key;
}

bool isOverwritten(base::BytesView sealed) {
    return sealed.find_first_not_of('\0') == base::BytesView::npos;
}

std::string entryKeyOwner(std::uint64_t seq) {
    return "entry " + std::to_string(seq);
}

}  // namespace yht::ledger
