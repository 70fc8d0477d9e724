// Owners for OpenSSL's handles, and its algorithms fetched once: a fetch by name takes locks and
// costs more than hashing a record (limits.md 2). Uses: OpenSSL. Used by: the .cpp files of this
// room only; never by another header.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/assert.h"

namespace yht::crypto {

/// Frees an OpenSSL object with its own function.
template <auto free_function>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};

using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, OpensslFree<EVP_MAC_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, OpensslFree<BIO_free>>;

/// For calls that fail only where memory or the library itself is broken: there is no safe way to
/// go on.
template <class T>
T mustNotFail(T result) {
    YHT_ASSERT(result);
    return result;
}

inline const unsigned char* octets(std::string_view bytes) {
    // OpenSSL takes a null pointer for "not given", which an empty string is not.
    return reinterpret_cast<const unsigned char*>(bytes.data() ? bytes.data() : "");
}

inline unsigned char* octets(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// A read-only BIO over `text`, which must outlive it.
inline Memory readFrom(std::string_view text) {
    return Memory(mustNotFail(BIO_new_mem_buf(octets(text), static_cast<int>(text.size()))));
}

inline Memory writeToMemory() {
    return Memory(mustNotFail(BIO_new(BIO_s_mem())));
}

inline std::string contentOf(const Memory& memory) {
    char* start = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &start);
    return length > 0 ? std::string(start, static_cast<std::size_t>(length)) : std::string();
}

/// Fetched at first use and kept until the process ends.
const EVP_MD* sha256Algorithm();
const EVP_MD* sha512Algorithm();

}  // namespace yht::crypto
