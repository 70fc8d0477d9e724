#include "gateway/app/past_adapters.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

/// A folder that only we can read; gone with it.
class PrivateFolder {
public:
    static base::Result<PrivateFolder> make() {
        std::string path = (fs::temp_directory_path() / "yht-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr) return base::makeError(ErrorCode::IoFailed, path);
        return PrivateFolder(std::move(path));
    }
    ~PrivateFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    PrivateFolder& operator=(PrivateFolder&&) = delete;
    const std::string& path() const { return path_; }

private:
    explicit PrivateFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

/// "sources/zz-110/mapping.yaml": below the folder, whoever wrote the bundle.
bool staysInside(const fs::path& name) {
    if (name.is_absolute()) return false;
    for (const auto& part : name) {
        if (part == "..") return false;
    }
    return true;
}

bool isName(const std::string& id) {
    return !id.empty() && id.find('/') == std::string::npos && id.front() != '.';
}

base::Status writeFile(const fs::path& path, const std::string& text) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file) return {};
    return base::makeError(ErrorCode::IoFailed, path.string());
}

}  // namespace

base::Result<std::shared_ptr<const kit::Adapter>> adapterOf(const Bundle& bundle, const std::string& source_id) {
    const std::string own = "sources/" + source_id + "/";
    if (!isName(source_id) || !bundle.files.contains(own + "source.yaml"))
        return base::makeError(ErrorCode::SourceUnknown, source_id);
    auto folder = PrivateFolder::make();
    if (!folder.ok()) return std::move(folder).error();
    for (const auto& [name, text] : bundle.files) {
        if (!name.starts_with(own) && !name.starts_with("products/")) continue;
        if (!staysInside(name)) return base::makeError(ErrorCode::LedgerCorrupt, "a bundle's file " + name);
        if (auto written = writeFile(folder->path() + "/" + name, text); !written.ok()) return std::move(written).error();
    }
    return kit::Adapter::load(folder->path() + "/sources", folder->path() + "/products", source_id);
}

std::shared_ptr<const kit::Adapter> PastAdapters::find(
    const std::string& source_id, const std::string& version, base::BytesView config_digest
) {
    const Key key(source_id, version);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    return known_[key] = look(key, config_digest);
}

std::shared_ptr<const kit::Adapter> PastAdapters::look(const Key& key, base::BytesView config_digest) {
    const auto& [source_id, version] = key;
    if (!isName(source_id)) return nullptr;
    const auto fits = [&, wanted = version](const base::Result<std::shared_ptr<const kit::Adapter>>& made) {
        return made.ok() && (*made)->version() == wanted;
    };
    if (const auto named = bundleNamed(view_, config_digest); named.ok() && *named) {
        if (auto made = adapterOf(**named, source_id); fits(made)) return *made;
    }
    auto present = kit::Adapter::load(deployment_ + "/sources", deployment_ + "/products", source_id);
    if (fits(present)) return *present;
    // Between a reload and its entry in the ledger a record names the bundle before: look at the others too.
    if (!std::exchange(looked_through_, true)) bundles_ = bundleEntries(view_);
    for (const auto seq : bundles_) {
        const auto entry = view_.entry(seq);
        const auto bundle = entry.ok() ? decodeBundle(entry->payload) : entry.error();
        if (!bundle.ok()) continue;
        if (auto made = adapterOf(*bundle, source_id); fits(made)) return *made;
    }
    return nullptr;
}

}  // namespace yht::app
