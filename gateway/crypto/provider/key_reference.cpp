#include "gateway/crypto/provider/key_reference.h"

#include <algorithm>

namespace yht::crypto {
namespace {

constexpr std::string_view kSchemes[] = {"pkcs11", "sdf"};
constexpr std::string_view kQueryKeys[] = {"pin-source", "module-path"};

}  // namespace

std::string KeyReference::queryValue(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

std::string KeyReference::shown() const {
    return scheme.empty() ? path : scheme + ":" + path;
}

base::Result<KeyReference> readKeyReference(std::string_view text) {
    KeyReference reference;
    for (const auto scheme : kSchemes) {
        if (!text.starts_with(scheme) || text.substr(scheme.size(), 1) != ":") continue;
        reference.scheme = scheme;
        text.remove_prefix(scheme.size() + 1);
        break;
    }
    const auto question = std::min(text.find('?'), text.size());
    reference.path = text.substr(0, question);
    std::string_view rest = text.substr(std::min(question + 1, text.size()));
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const std::string pair(rest.substr(0, end));
        const auto equals = pair.find('=');
        const std::string key = pair.substr(0, equals);
        if (equals == std::string::npos || std::find(std::begin(kQueryKeys), std::end(kQueryKeys), key) == std::end(kQueryKeys)) {
            return base::makeError(
                base::ErrorCode::ConfigInvalid,
                reference.shown() + ": behind \"?\" stand pin-source=… and module-path=…, joined by \"&\""
            );
        }
        reference.query.emplace(key, pair.substr(equals + 1));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return reference;
}

}  // namespace yht::crypto
