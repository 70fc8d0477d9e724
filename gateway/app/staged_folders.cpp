#include "gateway/app/staged_folders.h"

#include <filesystem>
#include <map>

#include "adapters/kit/inbound/manifest_reader.h"
#include "gateway/app/deployment.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

/// "sources/zz-110", "products/police110-push".
base::Result<std::vector<std::string>> foldersOf(const std::string& directory, const std::string& source_id) {
    const auto tree = kit::readManifestTree(directory + "/sources", directory + "/products", source_id);
    if (!tree.ok()) return tree.error();
    const auto manifest = kit::readManifest(*tree, source_id);
    if (!manifest.ok()) return manifest.error();
    return std::vector<std::string>{"sources/" + source_id, "products/" + manifest->manifest.product};
}

base::Status failed(const std::string& path, const std::error_code& code) {
    return base::makeError(code == std::errc::no_space_on_device ? ErrorCode::DiskFull : ErrorCode::IoFailed,
                           path + ": " + code.message());
}

base::Status copyFolder(const std::string& from, const std::string& to) {
    std::error_code code;
    fs::create_directories(fs::path(to).parent_path(), code);
    if (!code) fs::copy(from, to, fs::copy_options::recursive, code);
    return code ? failed(to, code) : base::Status();
}

/// Name below the folder → text.
base::Result<std::map<std::string, std::string>> filesOf(const std::string& folder) {
    std::map<std::string, std::string> files;
    std::error_code code;
    for (fs::recursive_directory_iterator at(folder, code), end; at != end && !code; at.increment(code)) {
        if (!at->is_regular_file(code)) continue;
        auto text = readFile(at->path().string());
        if (!text.ok()) return std::move(text).error();
        files.emplace(at->path().lexically_relative(folder).generic_string(), *std::move(text));
    }
    if (code) return failed(folder, code).error();
    return files;
}

/// A product that is installed for many deployments is as a rule the same, and none of ours to replace.
bool isSame(const std::string& one, const std::string& other) {
    const auto files = filesOf(one), others = filesOf(other);
    return files.ok() && others.ok() && *files == *others;
}

}  // namespace

base::Status copySource(const std::string& from, const std::string& to, const std::string& source_id) {
    const auto folders = foldersOf(from, source_id);
    if (!folders.ok()) return folders.error();
    for (const auto& folder : *folders) {
        if (auto copied = copyFolder(from + "/" + folder, to + "/" + folder); !copied.ok()) return copied;
    }
    return {};
}

base::Status StagedFolders::put(const std::string& from, const std::string& source_id) {
    const auto folders = foldersOf(from, source_id);
    if (!folders.ok()) return folders.error();
    for (const auto& folder : *folders) {
        if (auto done = replace(from + "/" + folder, to_ + "/" + folder); !done.ok()) {
            undo();
            return done;
        }
    }
    return {};
}

base::Status StagedFolders::replace(const std::string& from, const std::string& place) {
    std::error_code code;
    if (fs::equivalent(from, place, code) || isSame(from, place)) return {};
    code.clear();
    // Beside the folders that are read, on the same disk: what is moved in is whole.
    const std::string name = fs::path(place).filename().string();
    const std::string ready = to_ + "/.staged-" + name, before = to_ + "/.before-" + name;
    fs::remove_all(ready, code);
    fs::remove_all(before, code);
    if (auto copied = copyFolder(from, ready); !copied.ok()) return copied;
    const bool was = fs::exists(place, code);
    fs::create_directories(fs::path(place).parent_path(), code);
    if (was) fs::rename(place, before, code);
    if (code) return failed(place, code);
    moved_.push_back({place, was ? before : ""});
    fs::rename(ready, place, code);
    return code ? failed(place, code) : base::Status();
}

void StagedFolders::keep() {
    std::error_code ignored;
    for (const auto& each : moved_) {
        if (!each.before.empty()) fs::remove_all(each.before, ignored);
    }
    moved_.clear();
}

void StagedFolders::undo() {
    std::error_code ignored;
    for (auto each = moved_.rbegin(); each != moved_.rend(); ++each) {
        fs::remove_all(each->place, ignored);
        if (!each->before.empty()) fs::rename(each->before, each->place, ignored);
    }
    moved_.clear();
}

}  // namespace yht::app
