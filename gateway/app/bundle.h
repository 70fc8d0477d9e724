// The deployment bundle (部署包): the YAML files of a deployment directory as they were taken into use, and what adapters are
// made of: *.yaml, *.csv, *.lua below sources/ and products/ but for samples/ and tests/. Each is an entry of type
// config, so that the digest in any leaf leads to the text that was in force when it was written. Secrets are references and
// never in it.
//   payload  {"digest":hex,"files":{name:text…},"format":"yht-bundle-1"}     RFC 8785
//   digest   SHA-256 of a line per file, by name: hex(SHA-256(text)) two spaces name line feed
// Which entry holds a bundle is noted as the cursor "config:<hex digest>"; bundles that were recorded before that was
// done are found by looking through the leaves.
// Uses: ledger, crypto, json. Used by: deployment, control, past_adapters, main.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/ledger/store/store.h"

namespace yht::app {

inline constexpr std::size_t kBundleFilesMax = 4096;
inline constexpr std::size_t kBundleBytesMax = 16U << 20;

struct Bundle {
    std::map<std::string, std::string> files;  // name → text
    bool operator==(const Bundle&) const = default;
};

base::Bytes bundleDigest(const Bundle& bundle);

/// Errors: IoFailed; ConfigInvalid where there are more than kBundleFilesMax, or kBundleBytesMax.
base::Result<Bundle> readBundle(const std::string& directory);

std::string encodeBundle(const Bundle& bundle);
/// Errors: LedgerCorrupt, also where the digest is not that of the files.
base::Result<Bundle> decodeBundle(std::string_view payload);

/// What is in force; nullopt where nothing was recorded yet. Errors: LedgerCorrupt.
base::Result<std::optional<Bundle>> bundleInForce(ledger::View& view);

inline constexpr std::size_t kBundlesLookedAtMax = 200;  // of those that were in force once

/// The bundle with this digest (leaves name it). nullopt where the ledger has none. Errors: LedgerCorrupt.
base::Result<std::optional<Bundle>> bundleNamed(ledger::View& view, base::BytesView digest);
/// Entries of type config, the newest first, at most kBundlesLookedAtMax. Reads every leaf's header: slow on a large ledger.
std::vector<ledger::Seq> bundleEntries(ledger::View& view);

/// Names of the files that differ, or that only one of them has.
std::vector<std::string> changedFiles(const Bundle& before, const Bundle& after);

/// Appends the bundle as being in force from now on. The caller gives its digest to the store once that is committed.
base::Status appendBundle(
    ledger::Transaction& transaction, const Bundle& bundle, const std::string& operator_id, base::UnixMillis now_ms,
    base::Bytes salt
);

/// At the start: everything was just read, so what is on disk is in force; recorded where it is not what was.
base::Status recordBundleAtStart(
    ledger::Store& store, const std::string& directory, const base::Clock& clock, base::Random& random
);

}  // namespace yht::app
