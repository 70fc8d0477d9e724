#include "gateway/app/source_folders.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

}  // namespace

base::Result<std::vector<std::string>> sourceFolders(const std::string& directory) {
    std::vector<std::string> ids;
    std::error_code failed;
    if (!fs::exists(directory, failed)) return ids;
    for (const auto& item : fs::directory_iterator(directory, failed)) {
        if (!item.is_directory() || item.path().filename().string().starts_with('.')) continue;
        ids.push_back(item.path().filename().string());
        if (ids.size() > kSourceFoldersMax) {
            return base::makeError(
                ErrorCode::ConfigInvalid,
                directory + ": more than " + std::to_string(kSourceFoldersMax) + " folders"
            );
        }
    }
    if (failed) return base::makeError(ErrorCode::IoFailed, directory + ": " + failed.message());
    std::sort(ids.begin(), ids.end());
    return ids;
}

base::Result<std::shared_ptr<const intake::SourceAdapters>> loadSourceAdapters(
    const std::string& directory, const trust::TrustSnapshot& trust
) {
    const std::string sources = directory + "/sources", products = directory + "/products";
    const auto ids = sourceFolders(sources);
    if (!ids.ok()) return ids.error();
    intake::SourceAdapters adapters;
    std::string mistakes;
    for (const std::string& id : *ids) {
        auto adapter = kit::Adapter::load(sources, products, id);
        if (!adapter.ok()) {
            const base::Error& error = adapter.error();
            mistakes += (error.detail.empty() ? base::describe(error) : error.detail) + "\n";
            continue;
        }
        const std::string& source = (*adapter)->manifest().source;
        if (trust.findSource(source) == nullptr) {
            mistakes += sources + "/" + id + ": sources.yaml has no source " + source +
                        " 中没有此来源\n";
        }
        adapters.emplace((*adapter)->manifest().id, *std::move(adapter));
    }
    if (!mistakes.empty()) {
        mistakes.pop_back();
        return base::makeError(ErrorCode::ManifestInvalid, std::move(mistakes));
    }
    return std::make_shared<const intake::SourceAdapters>(std::move(adapters));
}

}  // namespace yht::app
