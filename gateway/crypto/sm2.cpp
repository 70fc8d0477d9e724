#include "gateway/crypto/sm2.h"

#include "gateway/base/assert.h"
#include "gateway/crypto/sm3.h"

namespace yht::crypto {
namespace {

/// a, b, xG, yG of the curve (GB/T 32918.5).
const base::Bytes& curveText() {
    static const base::Bytes text =
        base::fromHex("fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
                      "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
                      "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
                      "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0")
            .value();
    return text;
}

}  // namespace

base::Bytes sm2Digest(const PublicKey& key, base::BytesView text, base::BytesView user_id) {
    constexpr std::size_t kUserIdBytesMax = 0xffff / 8;
    YHT_ASSERT(key.supports(SignatureAlgorithm::Sm2Sm3) && user_id.size() <= kUserIdBytesMax);
    base::Bytes head;
    base::appendU16(head, static_cast<std::uint16_t>(user_id.size() * 8));
    head.append(user_id).append(curveText()).append(key.point(), 1, base::Bytes::npos);
    return sm3(sm3(head), text);
}

}  // namespace yht::crypto
