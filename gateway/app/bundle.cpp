#include "gateway/app/bundle.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include "gateway/app/deployment.h"
#include "gateway/base/text.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr const char* kCursor = "config";  // the newest config entry
constexpr std::size_t kScanPageEntries = 4096;
constexpr const char* kFormat = "yht-bundle-1";
constexpr const char* kAtStart = "start";  // nobody's command: a gateway that starts takes what it finds

std::string cursorOf(base::BytesView digest) { return std::string(kCursor) + ":" + base::toHex(digest); }

base::Error corrupt(const std::string& detail) { return base::makeError(ErrorCode::LedgerCorrupt, detail); }

}  // namespace

base::Bytes bundleDigest(const Bundle& bundle) {
    base::Bytes listing;
    for (const auto& [name, text] : bundle.files) listing += base::toHex(crypto::sha256(text)) + "  " + name + "\n";
    return crypto::sha256(listing);
}

namespace {

namespace fs = std::filesystem;

/// What decides what an adapter makes; its samples and tests do not.
constexpr const char* kAdapterFiles[] = {".yaml", ".csv", ".lua"};
constexpr const char* kAdapterFolders[] = {"sources", "products"};
constexpr const char* kNotOfAdapters[] = {"samples", "tests"};

bool isOneOf(std::span<const char* const> names, const fs::path& path) {
    return std::find(names.begin(), names.end(), path.string()) != names.end();
}

base::Status addFile(const fs::path& path, const std::string& name, Bundle& bundle, std::size_t& bytes) {
    const auto wrong = [&](const std::string& why) { return base::makeError(ErrorCode::ConfigInvalid, why); };
    auto text = readFile(path.string());
    if (!text.ok()) return std::move(text).error();
    if (!base::countCodePoints(*text)) return wrong(path.string() + ": is not UTF-8 须为 UTF-8");
    bytes += text->size();
    bundle.files.emplace(name, *std::move(text));
    if (bundle.files.size() > kBundleFilesMax)
        return wrong(name + ": more than " + std::to_string(kBundleFilesMax) + " files of configuration");
    if (bytes > kBundleBytesMax)
        return wrong(name + ": more than " + std::to_string(kBundleBytesMax) + " bytes of configuration");
    return {};
}

base::Status addAdapterFolder(
    const std::string& directory, const std::string& folder, Bundle& bundle, std::size_t& bytes
) {
    std::error_code failed;
    const fs::path root = fs::path(directory) / folder;
    if (!fs::exists(root, failed)) return {};
    const auto follow = fs::directory_options::follow_directory_symlink;
    for (fs::recursive_directory_iterator at(root, follow, failed), end; at != end && !failed; at.increment(failed)) {
        if (at->is_directory() && isOneOf(kNotOfAdapters, at->path().filename())) at.disable_recursion_pending();
        if (!at->is_regular_file() || !isOneOf(kAdapterFiles, at->path().extension())) continue;
        const std::string name = folder + "/" + at->path().lexically_relative(root).generic_string();
        if (auto added = addFile(at->path(), name, bundle, bytes); !added.ok()) return added;
    }
    if (failed) return base::makeError(ErrorCode::IoFailed, root.string() + ": " + failed.message());
    return {};
}

}  // namespace

base::Result<Bundle> readBundle(const std::string& directory) {
    Bundle bundle;
    std::size_t bytes = 0;
    std::error_code failed;
    for (const auto& item : fs::directory_iterator(directory, failed)) {
        if (item.path().extension() != ".yaml") continue;
        auto added = addFile(item.path(), item.path().filename().string(), bundle, bytes);
        if (!added.ok()) return std::move(added).error();
    }
    if (failed) return base::makeError(ErrorCode::IoFailed, directory + ": " + failed.message());
    for (const char* folder : kAdapterFolders) {
        auto added = addAdapterFolder(directory, folder, bundle, bytes);
        if (!added.ok()) return std::move(added).error();
    }
    return bundle;
}

std::string encodeBundle(const Bundle& bundle) {
    std::string out = "{\"digest\":\"" + base::toHex(bundleDigest(bundle)) + "\",\"files\":{";
    for (const auto& [name, text] : bundle.files) {
        if (out.back() != '{') out += ',';
        json::appendCanonicalString(out, name);
        out += ':';
        json::appendCanonicalString(out, text);
    }
    return out + "},\"format\":\"" + kFormat + "\"}";
}

base::Result<Bundle> decodeBundle(std::string_view payload) {
    const auto document = json::parse(payload, {.members_max = kBundleFilesMax});
    if (!document.ok() || !document->IsObject()) return corrupt("a config entry is no bundle");
    const rapidjson::Value* files = json::findMember(*document, "files");
    if (files == nullptr || !files->IsObject()) return corrupt("a bundle without files");
    Bundle bundle;
    for (const auto& file : files->GetObject()) {
        if (!file.value.IsString()) return corrupt("a bundle's file is no text");
        bundle.files.emplace(file.name.GetString(), file.value.GetString());
    }
    if (base::toHex(bundleDigest(bundle)) != json::textMember(*document, "digest"))
        return corrupt("a bundle's digest is not that of its files");
    return bundle;
}

base::Result<std::optional<Bundle>> bundleInForce(ledger::View& view) {
    const auto seq = view.cursor(kCursor);
    if (seq == 0) return std::optional<Bundle>();
    const auto entry = view.entry(seq);
    if (!entry.ok()) return entry.error();
    auto bundle = decodeBundle(entry->payload);
    if (!bundle.ok()) return std::move(bundle).error();
    return std::optional<Bundle>(*std::move(bundle));
}

std::vector<ledger::Seq> bundleEntries(ledger::View& view) {
    std::vector<ledger::Seq> found;
    for (ledger::Seq after = 0;;) {
        const auto headers = view.scan(after, kScanPageEntries);
        if (headers.empty()) break;
        after = headers.back().seq;
        for (const auto& header : headers) {
            if (header.type == ledger::EntryType::Config) found.push_back(header.seq);
        }
    }
    std::reverse(found.begin(), found.end());
    found.resize(std::min(found.size(), kBundlesLookedAtMax));
    return found;
}

base::Result<std::optional<Bundle>> bundleNamed(ledger::View& view, base::BytesView digest) {
    const auto noted = view.cursor(cursorOf(digest));
    for (const auto seq : noted != 0 ? std::vector{noted} : bundleEntries(view)) {
        const auto entry = view.entry(seq);
        if (!entry.ok()) return entry.error();
        auto bundle = decodeBundle(entry->payload);
        if (!bundle.ok()) return std::move(bundle).error();
        if (bundleDigest(*bundle) == digest) return std::optional<Bundle>(*std::move(bundle));
    }
    return std::optional<Bundle>();
}

std::vector<std::string> changedFiles(const Bundle& before, const Bundle& after) {
    std::vector<std::string> changed;
    for (const auto& [name, text] : after.files) {
        const auto old = before.files.find(name);
        if (old == before.files.end() || old->second != text) changed.push_back(name);
    }
    for (const auto& [name, text] : before.files) {
        if (!after.files.contains(name)) changed.push_back(name);
    }
    std::sort(changed.begin(), changed.end());
    return changed;
}

base::Status appendBundle(
    ledger::Transaction& transaction, const Bundle& bundle, const std::string& operator_id, base::UnixMillis now_ms,
    base::Bytes salt
) {
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Config;
    draft.header.source = operator_id;
    draft.header.received_ms = now_ms;
    draft.payload = encodeBundle(bundle);
    draft.salt = std::move(salt);
    const auto seq = transaction.append(std::move(draft));
    if (!seq.ok()) return seq.error();
    if (auto noted = transaction.setCursor(cursorOf(bundleDigest(bundle)), *seq); !noted.ok()) return noted;
    return transaction.setCursor(kCursor, *seq);
}

base::Status recordBundleAtStart(
    ledger::Store& store, const std::string& directory, const base::Clock& clock, base::Random& random
) {
    auto bundle = readBundle(directory);
    if (!bundle.ok()) return std::move(bundle).error();
    const auto now_ms = clock.nowMillis();
    const auto salt = random.bytes(ledger::kSaltBytes);
    return store.run([&](ledger::Transaction& transaction) -> base::Status {
        const auto before = bundleInForce(transaction);
        if (!before.ok()) return before.error();
        if (*before && **before == *bundle) return {};
        return appendBundle(transaction, *bundle, kAtStart, now_ms, salt);
    });
}

}  // namespace yht::app
