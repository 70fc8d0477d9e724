#include "gateway/crypto/sm4.h"

#include "gateway/crypto/openssl_handles.h"

namespace yht::crypto {

base::Bytes sm4Ctr(base::BytesView key, base::BytesView counter, base::BytesView text) {
    static const EVP_CIPHER* const algorithm = mustNotFail(EVP_CIPHER_fetch(nullptr, "SM4-CTR", nullptr));
    YHT_ASSERT(key.size() == kSm4KeyBytes && counter.size() == kSm4BlockBytes && text.size() <= 0x7fffffff);
    const CipherContext context(mustNotFail(EVP_CIPHER_CTX_new()));
    mustNotFail(EVP_EncryptInit_ex2(context.get(), algorithm, octets(key), octets(counter), nullptr) == 1);
    base::Bytes out(text.size(), '\0');
    int written = 0;
    mustNotFail(
        EVP_EncryptUpdate(context.get(), octets(out), &written, octets(text), static_cast<int>(text.size())) == 1
    );
    YHT_ASSERT(static_cast<std::size_t>(written) == text.size());
    return out;
}

}  // namespace yht::crypto
