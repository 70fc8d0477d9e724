#include "gateway/app/bundle.h"

#include <algorithm>
#include <filesystem>

#include "gateway/app/deployment.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr const char* kCursor = "config";  // the newest config entry
constexpr const char* kFormat = "yht-bundle-1";
constexpr const char* kAtStart = "start";  // nobody's command: a gateway that starts takes what it finds

base::Error corrupt(const std::string& detail) { return base::makeError(ErrorCode::LedgerCorrupt, detail); }

}  // namespace

base::Bytes bundleDigest(const Bundle& bundle) {
    base::Bytes listing;
    for (const auto& [name, text] : bundle.files) listing += base::toHex(crypto::sha256(text)) + "  " + name + "\n";
    return crypto::sha256(listing);
}

base::Result<Bundle> readBundle(const std::string& directory) {
    namespace fs = std::filesystem;
    Bundle bundle;
    std::error_code failed;
    for (const auto& item : fs::directory_iterator(directory, failed)) {
        if (item.path().extension() != ".yaml") continue;
        auto text = readFile(item.path().string());
        if (!text.ok()) return std::move(text).error();
        bundle.files.emplace(item.path().filename().string(), *std::move(text));
        if (bundle.files.size() > kBundleFilesMax) {
            return base::makeError(
                ErrorCode::ConfigInvalid, directory + ": more than " + std::to_string(kBundleFilesMax) + " YAML files"
            );
        }
    }
    if (failed) return base::makeError(ErrorCode::IoFailed, directory + ": " + failed.message());
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
    const auto document = json::parse(payload);
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
