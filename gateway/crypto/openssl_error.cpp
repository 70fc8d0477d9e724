#include "gateway/crypto/openssl_error.h"

#include <openssl/err.h>

namespace yht::crypto {
namespace {

constexpr int kOpensslErrorsMax = 8;

}  // namespace

std::string drainOpensslErrors() {
    std::string text;
    for (int count = 0; count < kOpensslErrorsMax; ++count) {
        const unsigned long code = ERR_get_error();
        if (code == 0) return text;
        char line[256];
        ERR_error_string_n(code, line, sizeof line);
        if (!text.empty()) text += "; ";
        text += line;
    }
    ERR_clear_error();
    return text;
}

base::Error opensslError(const std::string& what) {
    const std::string queued = drainOpensslErrors();
    return base::makeError(
        base::ErrorCode::CryptoFailed, queued.empty() ? what : what + ": " + queued
    );
}

}  // namespace yht::crypto
