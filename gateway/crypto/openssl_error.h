// OpenSSL's error queue as our Error. The queue is per thread: every queued entry is collected, in
// order, so that the log shows the cause and not only the last symptom. The return code decides,
// never the queue. Uses: base. Used by: the files of this room; kit
// (empties the queue before each TLS call of a client socket).
#pragma once

#include <string>

#include "gateway/base/result.h"

namespace yht::crypto {

/// Empties this thread's queue; "" where it was empty. At most kOpensslErrorsMax entries are kept.
std::string drainOpensslErrors();

/// CryptoFailed with `what` and everything queued as its detail.
base::Error opensslError(const std::string& what);

}  // namespace yht::crypto
