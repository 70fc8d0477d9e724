// PKCS#12 (RFC 7292): read with bounds on the work it asks for; written in certificate_bundle.h's terms.
// Uses: base. Used by: certificate_bundle.
#pragma once

#include "gateway/crypto/certificate_bundle.h"

namespace yht::crypto {

bool isPkcs12(base::BytesView der);
/// Errors: as readBundle().
base::Result<Bundle> readPkcs12(base::BytesView der, const std::optional<std::string>& passphrase);

}  // namespace yht::crypto
