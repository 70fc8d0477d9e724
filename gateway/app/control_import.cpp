#include "gateway/app/control_import.h"

#include <filesystem>
#include <fstream>

#include "gateway/app/config.h"
#include "gateway/app/source_folders.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/trust/operator_message.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr const char* kImportFolder = "/import";  // of the ledger's directory: the unit of tools/service makes it

base::Error badFile(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh);
}

base::Result<std::string> readImport(const std::string& path, const std::string& place) {
    if (!std::filesystem::path(path).is_absolute()) return badFile("The file's path must be absolute.", "文件须给出绝对路径。");
    if (auto seen = seesFile(ErrorCode::ParameterInvalid, path, place); !seen.ok()) return std::move(seen).error();
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(path, failed);
    if (!failed && size > kImportFileBytesMax) {
        const std::string mib = std::to_string(kImportFileBytesMax >> 20);
        return badFile("The file is larger than " + mib + " MiB; split it.", "文件超过 " + mib + " MiB,请拆分。");
    }
    std::ifstream in(path, std::ios::binary);
    std::string bytes(failed ? 0 : size, '\0');  // no more than it has: it stays until the last commit
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (bytes.empty() || !in) return badFile("The gateway's user can't read the file, or it is empty.", "网关账号无法读取该文件,或文件为空。");
    return bytes;
}

struct Present {
    std::shared_ptr<const trust::TrustSnapshot> trust;
    std::shared_ptr<const intake::SourceAdapters> adapters;
};

/// Of the gateway where one runs; else as the files are.
base::Result<Present> present(const ControlServices& services) {
    Present found;
    if (services.trust) {
        found.trust = services.trust();
    } else {
        auto loaded = trust::loadTrust(services.directory);
        if (!loaded.ok()) return std::move(loaded).error();
        found.trust = *std::move(loaded);
    }
    if (services.adapters) {
        found.adapters = services.adapters();
        return found;
    }
    auto loaded = loadSourceAdapters(services.directory, *found.trust);
    if (!loaded.ok()) return std::move(loaded).error();
    found.adapters = *std::move(loaded);
    return found;
}

std::string answerOf(const intake::SourceSubmission& submission) {
    intake::SourceSubmission counts;
    counts.message_seq = submission.message_seq;
    counts.account = submission.account;
    return intake::encodeSourceAnswer(counts);
}

base::Result<std::string> import(ControlServices& services, const ControlCall& call) {
    const auto config = Config::load(services.directory);
    if (!config.ok()) return config.error();
    auto bytes = readImport(call.argument("file"), config->text("ledger.directory") + kImportFolder);
    if (!bytes.ok()) return std::move(bytes).error();
    const auto now = present(services);
    if (!now.ok()) return now.error();
    const auto adapter = now->adapters->find(call.argument("source"));
    if (adapter == now->adapters->end()) return base::makeError(ErrorCode::SourceUnknown);
    ControlRequest told = call.request;
    told.arguments["file"] = "sha256:" + base::toHex(crypto::sha256(*bytes));
    const auto noted = services.store.run([&](ledger::Transaction& transaction) {
        return appendAudit(transaction, services, call.as(told));
    });
    if (!noted.ok()) return noted.error();
    const auto message = trust::OperatorMessages::make(
        *now->trust, adapter->second->manifest().source, *std::move(bytes), services.clock.nowMillis()
    );
    if (!message.ok()) return message.error();
    intake::SourceMessages messages(services.store, services.random, services.log);
    const auto submission = messages.submitMessage(
        *message, *adapter->second,
        {.content_type = {},
         .file_name = std::filesystem::path(call.argument("file")).filename().string(),
         .idempotency_key = {},
         .origin = "history",
         .bytes_max = kImportFileBytesMax,
         .items_max = intake::kSourceFileItemsMax}
    );
    if (!submission.ok()) return submission.error();
    return answerOf(*submission);
}

}  // namespace

std::vector<ControlCommand> importCommands() {
    return {{kImportHistory, {"file", "source"}, true, import}};
}

}  // namespace yht::app
