#include "gateway/app/trial.h"

#include <filesystem>

#include "gateway/app/opened_attachments.h"
#include "gateway/app/private_file.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::makeError;

base::Status makeLogKey(const std::string& path) {
    std::error_code failed;
    fs::create_directories(fs::path(path).parent_path(), failed);
    if (failed) return makeError(ErrorCode::IoFailed, path + ": " + failed.message());
    auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519);
    if (!key.ok()) return std::move(key).error();
    auto file = PrivateFile::create(path);
    if (!file.ok()) return std::move(file).error();
    if (auto written = file->append(key->toPem()); !written.ok()) return written;
    return file->publish();
}

base::Result<crypto::PrivateKey> logKey(const std::string& path, bool read_only) {
    if (!fs::exists(path)) {
        if (read_only) {
            return base::makePublicError(
                ErrorCode::NotFound, "The trial ledger was never opened; start the gateway once.",
                "联调账本尚未建立,请先启动一次网关。", path
            );
        }
        if (auto made = makeLogKey(path); !made.ok()) return made.error();
    }
    return crypto::openPrivateKey(path);
}

}  // namespace

bool hasTrial(const Config& config) { return !config.text("trial.directory").empty(); }

base::Result<ledger::SqliteStoreOptions> trialStoreOptions(
    const Config& config, const base::Clock& clock, base::Random& random, bool read_only
) {
    const auto& directory = config.text("trial.directory");
    if (fs::path(directory).lexically_normal() ==
        fs::path(config.text("ledger.directory")).lexically_normal()) {
        return makeError(ErrorCode::ConfigInvalid, "trial.directory: the live ledger's own 不得与正式账本同目录");
    }
    auto key = logKey(directory + "/log.key", read_only);
    if (!key.ok()) return std::move(key).error();
    auto options = storeOptions(config, clock, random, read_only);
    if (!options.ok()) return std::move(options).error();
    options->path = directory + "/ledger.db";
    options->log_key = *std::move(key);
    options->key_name += "/trial";
    options->origin = options->key_name + "/1";
    options->serials = ticket::kTrialSerials;
    options->bytes_max = static_cast<std::uint64_t>(config.integer("trial.bytes_max"));
    return options;
}

base::Result<std::unique_ptr<TrialLedger>> openTrial(
    const Config& config, const trust::TrustHolder& trust, const base::Clock& clock, base::Random& random
) {
    if (!hasTrial(config)) return std::unique_ptr<TrialLedger>();
    auto options = trialStoreOptions(config, clock, random, false);
    if (!options.ok()) return std::move(options).error();
    auto store = ledger::SqliteStore::open(*std::move(options));
    if (!store.ok()) return std::move(store).error();
    auto trial = std::make_unique<TrialLedger>();
    trial->store = *std::move(store);
    {
        auto snapshot = trial->store->snapshot();
        if (!snapshot.ok()) return std::move(snapshot).error();
        const auto passed = intake::readTrialBook(**snapshot);
        if (!passed.ok()) return passed.error();
        trial->book = std::make_unique<intake::TrialBook>(*trial->store, clock, random, *passed);
    }
    trial->admission = std::make_unique<intake::Admission>(
        *trial->store, random, intake::LedgerUse::Trial,
        [book = trial->book.get()](const auto& message, const auto& items) {
            book->sawRecords(message, items);
        }
    );
    trial->source_messages = std::make_unique<intake::SourceMessages>(
        *trial->store, random, [](const std::string&) {}, intake::LedgerUse::Trial
    );
    auto attachments = openTrialAttachments(
        config, *trial->store, [&trust] { return trust.current(); }, random, clock
    );
    if (!attachments.ok()) return std::move(attachments).error();
    trial->attachments = *std::move(attachments);
    return trial;
}

}  // namespace yht::app
