#include "gateway/app/results_files.h"

#include <algorithm>
#include <filesystem>

#include "gateway/app/config.h"

namespace yht::app {
namespace {

constexpr std::string_view kFileReference = "file:";

/// Of the way that the manifest names: "" where a key is left out.
std::vector<std::string> filesNamedBy(const kit::Manifest& manifest) {
    const auto secret = [&](const std::string& name) {
        return name.empty() ? name : manifest.secrets.at(name).substr(kFileReference.size());
    };
    const auto& way = manifest.results->way;
    if (const auto* http = std::get_if<kit::HttpResults>(&way)) return {http->certificate, secret(http->key), http->ca, http->peer_certificate};
    if (const auto* sftp = std::get_if<kit::SftpPull>(&way)) return {secret(sftp->key), secret(sftp->key_passphrase), secret(sftp->password)};
    if (const auto* ftps = std::get_if<kit::FtpsPull>(&way)) return {secret(ftps->password), ftps->ca};
    if (const auto* table = std::get_if<kit::DatabaseResults>(&way)) return {secret(table->connection)};
    return {};
}

}  // namespace

std::vector<std::string> filesMissingForResults(const kit::Manifest& manifest, const std::string& directory) {
    const bool acts = manifest.lifecycle == kit::Lifecycle::Live || manifest.lifecycle == kit::Lifecycle::Shadow;
    if (!acts || !manifest.results) return {};
    std::vector<std::string> files = filesNamedBy(manifest);
    std::erase_if(files, [&](const std::string& file) { return file.empty() || std::filesystem::is_regular_file(resolvePath(directory, file)); });
    return files;
}

}  // namespace yht::app
