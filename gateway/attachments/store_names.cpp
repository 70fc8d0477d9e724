#include "gateway/attachments/store_names.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "gateway/attachments/file_handle.h"
#include "gateway/attachments/store.h"
#include "gateway/crypto/digest.h"

namespace yht::attachments {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPartnerDigits = 32;
constexpr std::string_view kBy = ".by-";

}  // namespace

std::string partnerKeyOf(const std::string& partner_id) {
    return base::toHex(crypto::sha256(partner_id)).substr(0, kPartnerDigits);
}

std::string keyedName(const std::string& digest, const std::string& partner_key) {
    return digest + std::string(kBy) + partner_key;
}

std::string markName(const std::string& digest, const std::string& partner_id) {
    return keyedName(digest, partnerKeyOf(partner_id));
}

std::pair<std::string, std::string> splitMarkName(const std::string& name) {
    const auto at = name.find(kBy);
    if (at == std::string::npos) return {name, ""};
    return {name.substr(0, at), name.substr(at + kBy.size())};
}

base::Result<std::vector<std::string>> partnerKeysIn(const std::string& folder, const std::string& digest) {
    const std::string prefix = keyedName(digest, "");
    std::vector<std::string> keys;
    std::error_code failed;
    fs::directory_iterator at(folder, failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        const std::string name = at->path().filename();
        if (name.starts_with(prefix)) keys.push_back(name.substr(prefix.size()));
    }
    if (failed) {
        return base::makeError(
            base::ErrorCode::IoFailed, "attachments: list " + folder + ": " + failed.message()
        );
    }
    return keys;
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

std::uint64_t fileBytes(const std::string& path) {
    std::error_code absent;
    const auto bytes = fs::file_size(path, absent);
    return absent ? 0 : bytes;
}

base::Status removeFile(const std::string& path) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return ioError("unlink");
}

}  // namespace yht::attachments
