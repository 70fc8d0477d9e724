#include "gateway/crypto/derivation_rounds.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>

namespace yht::crypto {
namespace {

std::int64_t countOf(const ASN1_INTEGER* count) {
    std::int64_t value = 0;
    if (count == nullptr || ASN1_INTEGER_get_int64(&value, count) != 1 || value < 0) return INT64_MAX;
    return value;
}

template <class T>
T* unpacked(const ASN1_TYPE* parameters, const ASN1_ITEM* item) {
    return static_cast<T*>(ASN1_TYPE_unpack_sequence(item, parameters));
}

std::int64_t roundsOfPbkdf2(const X509_ALGOR* function) {
    if (OBJ_obj2nid(function->algorithm) == NID_id_scrypt) return INT64_MAX;  // its cost is memory as well: not taken
    auto* parameters = unpacked<PBKDF2PARAM>(function->parameter, ASN1_ITEM_rptr(PBKDF2PARAM));
    const std::int64_t rounds = parameters == nullptr ? INT64_MAX : countOf(parameters->iter);
    PBKDF2PARAM_free(parameters);
    return rounds;
}

}  // namespace

std::int64_t derivationRounds(const X509_ALGOR* algorithm) {
    if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2) {
        auto* parameters = unpacked<PBE2PARAM>(algorithm->parameter, ASN1_ITEM_rptr(PBE2PARAM));
        const std::int64_t rounds = parameters == nullptr ? INT64_MAX : roundsOfPbkdf2(parameters->keyfunc);
        PBE2PARAM_free(parameters);
        return rounds;
    }
    auto* parameters = unpacked<PBEPARAM>(algorithm->parameter, ASN1_ITEM_rptr(PBEPARAM));
    const std::int64_t rounds = parameters == nullptr ? INT64_MAX : countOf(parameters->iter);
    PBEPARAM_free(parameters);
    return rounds;
}

}  // namespace yht::crypto
