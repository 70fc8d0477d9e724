// The parts of a key's reference (key_provider.h). Uses: base. Used by: key_provider, pkcs11_key, sdf_key.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace yht::crypto {

struct KeyReference {
    std::string scheme;  // "pkcs11", "sdf", "" for a file
    std::string path;    // what stands before "?"
    std::map<std::string, std::string> query;

    /// "" where it is not given.
    std::string queryValue(const std::string& name) const;
    /// For errors and logs: the query may name where secrets are.
    std::string shown() const;
};

/// Errors: ConfigInvalid where the query can't be read or has a key that is none of ours.
base::Result<KeyReference> readKeyReference(std::string_view text);

}  // namespace yht::crypto
