#include "gateway/app/control_client.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "gateway/app/control_adapters.h"
#include "gateway/app/control_approvals.h"
#include "gateway/app/control_attachments.h"
#include "gateway/app/control_certs.h"
#include "gateway/app/control_certs_issuing.h"
#include "gateway/app/control_deliveries.h"
#include "gateway/app/control_history.h"
#include "gateway/app/control_import.h"
#include "gateway/app/control_ledger.h"
#include "gateway/app/control_phones.h"
#include "gateway/app/control_quarantine.h"
#include "gateway/app/control_rekey.h"
#include "gateway/app/control_sources.h"
#include "gateway/app/control_socket.h"
#include "gateway/app/deployment.h"
#include "gateway/app/opened_attachments.h"
#include "gateway/app/operators.h"
#include "gateway/app/system_log.h"
#include "gateway/app/trial.h"
#include "gateway/crypto/provider/key_provider.h"

namespace yht::app {
namespace {

using base::ErrorCode;

/// What is written here must be the gateway's to write afterwards.
base::Status checkOwner(const std::string& ledger_path) {
    struct stat info {};
    if (::stat(ledger_path.c_str(), &info) != 0 || info.st_uid == ::geteuid()) return {};
    const std::string uid = std::to_string(info.st_uid);
    return base::makePublicError(
        ErrorCode::NotReady,
        "No gateway is running, and the ledger belongs to user " + uid + "; write to it as that user: sudo -u '#" +
            uid + "' yht …",
        "网关未在运行,账本属于用户 " + uid + ",请以该用户执行:sudo -u '#" + uid + "' yht …", ledger_path
    );
}

base::Error explained(base::Error error) {
    if (error.code != ErrorCode::LedgerLocked) return error;
    return base::makePublicError(
        ErrorCode::LedgerLocked,
        "Another process writes the ledger and does not listen on its control socket: a gateway that starts or stops, "
        "or another command. Nothing was changed. Try again; if it stays so, stop the gateway (systemctl stop "
        "yihaotong), give the command, start it again.",
        "另一个进程正在写账本,且未监听控制套接字:网关可能正在启动或停止,或有其他命令在执行。未作任何更改。请重试;"
        "若仍如此,请先停止网关(systemctl stop yihaotong),执行命令后再启动。",
        std::move(error.detail)
    );
}

struct TrialBook {
    std::unique_ptr<ledger::SqliteStore> store;  // nullptr: none
    std::unique_ptr<attachments::Store> attachments;
};

/// The trial ledger, for the one command that works on it too.
base::Result<TrialBook> openTrialBook(
    const Config& config, const ControlRequest& request, const base::Clock& clock, base::Random& random
) {
    TrialBook trial;
    if (request.command != kRekeyLedger || !hasTrial(config)) return trial;
    if (!std::filesystem::exists(config.text("trial.directory") + "/ledger.db")) return trial;
    auto options = trialStoreOptions(config, clock, random, false);
    if (!options.ok()) return std::move(options).error();
    auto store = ledger::SqliteStore::open(*std::move(options));
    if (!store.ok()) return explained(std::move(store).error());
    trial.store = *std::move(store);
    auto files = openTrialAttachments(
        config, *trial.store, [&config] { return trust::loadTrust(config.directory()); }, random, clock
    );
    if (!files.ok()) return std::move(files).error();
    trial.attachments = *std::move(files);
    return trial;
}

/// With no gateway running: the same table on the ledger itself.
base::Result<std::string> runHere(const Config& config, const ControlRequest& request) {
    const base::SystemClock clock(config.integer("clock.offset_ms"));
    base::SystemRandom random;
    auto options = storeOptions(config, clock, random, false);
    if (!options.ok()) return std::move(options).error();
    if (!std::filesystem::exists(options->path)) {
        return base::makePublicError(
            ErrorCode::NotFound, "There is no ledger yet; `yht serve` makes it.", "账本尚未建立;yht serve 会建立账本。",
            options->path
        );
    }
    if (auto ours = checkOwner(options->path); !ours.ok()) return std::move(ours).error();
    auto store = ledger::SqliteStore::open(*std::move(options));
    if (!store.ok()) return explained(std::move(store).error());
    auto attachments = openAttachments(
        config, **store, [&config] { return trust::loadTrust(config.directory()); }, random, clock
    );
    if (!attachments.ok()) return std::move(attachments).error();
    auto operators = loadOperators(config.directory());
    if (!operators.ok()) return std::move(operators).error();
    OperatorDesk desk(config.text("ledger.origin"), clock);
    desk.replace(*std::move(operators));
    ControlServices services{.store = **store, .clock = clock, .random = random, .directory = config.directory(),
                             .attachments = attachments->get(), .operators = &desk, .system_log = writeSystemLog};
    const auto trial = openTrialBook(config, request, clock, random);
    if (!trial.ok()) return trial.error();
    services.trial_store = trial->store.get();
    services.trial_attachments = trial->attachments.get();
    const auto table = controlCommands(config.directory());
    return runControl(table, services, {request, "uid:" + std::to_string(::geteuid())});
}

/// YHT_OPERATOR and YHT_OPERATOR_KEY say who gives the command; without them it goes as the account's.
base::Status signAsOperator(const Config& config, ControlRequest& request) {
    const char* id = std::getenv("YHT_OPERATOR");
    const char* key_path = std::getenv("YHT_OPERATOR_KEY");
    if (id == nullptr || key_path == nullptr) return {};
    auto key = crypto::openPrivateKey(key_path);
    if (!key.ok()) return std::move(key).error();
    const auto algorithm = key->publicKey().defaultAlgorithm();
    const base::SystemClock clock(config.integer("clock.offset_ms"));
    base::SystemRandom random;
    return signCommand(request, id, config.text("ledger.origin"), {*std::move(key), "", algorithm}, clock.nowMillis(), random);
}

}  // namespace

std::vector<ControlCommand> controlCommands(const std::string& directory) {
    auto table = ownControlCommands();
    for (auto& row : deliveryCommands(directory)) table.push_back(std::move(row));
    for (auto& row : ledgerCommands(directory)) table.push_back(std::move(row));
    for (auto& row : phoneCommands()) table.push_back(std::move(row));
    for (auto& row : attachmentCommands()) table.push_back(std::move(row));
    for (auto& row : importCommands()) table.push_back(std::move(row));
    for (auto& row : historyCommands()) table.push_back(std::move(row));
    for (auto& row : quarantineCommands()) table.push_back(std::move(row));
    for (auto& row : adapterCommands()) table.push_back(std::move(row));
    for (auto& row : sourceCommands()) table.push_back(std::move(row));
    for (auto& row : approvalCommands(directory)) table.push_back(std::move(row));
    for (auto& row : certificateCommands()) table.push_back(std::move(row));
    for (auto& row : certificateIssuingCommands()) table.push_back(std::move(row));
    return table;
}

base::Result<std::string> command(const std::string& directory, const ControlRequest& request) {
    auto config = Config::load(directory);
    if (!config.ok()) return std::move(config).error();
    auto named = request;
    if (auto is_signed = signAsOperator(*config, named); !is_signed.ok()) return std::move(is_signed).error();
    auto answer = askGateway(controlSocketPath(*config), named);
    if (answer.ok() || answer.error().code != ErrorCode::PeerUnreachable) return answer;
    return runHere(*config, named);
}

}  // namespace yht::app
