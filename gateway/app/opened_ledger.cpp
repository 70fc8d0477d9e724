#include "gateway/app/opened_ledger.h"

#include <poll.h>

#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/trial.h"

namespace yht::app {
namespace {

base::Error noTrial() {
    return base::makePublicError(
        base::ErrorCode::ConfigInvalid, "This deployment has no trial ledger; set trial.directory.",
        "本部署没有联调账本,请设置 trial.directory。"
    );
}

base::Result<OpenedLedger> openLedger(const std::string& directory, bool trial) {
    auto config = Config::load(directory);
    if (!config.ok()) return std::move(config).error();
    auto days = calendar(*config);
    if (!days.ok()) return std::move(days).error();
    auto clock = std::make_unique<base::SystemClock>(config->integer("clock.offset_ms"));
    auto random = std::make_unique<base::SystemRandom>();
    if (trial && !hasTrial(*config)) return noTrial();
    auto options = trial ? trialStoreOptions(*config, *clock, *random, true) : storeOptions(*config, *clock, *random, true);
    if (!options.ok()) return std::move(options).error();
    if (std::error_code failed; !std::filesystem::exists(options->path, failed)) {
        return base::makePublicError(
            base::ErrorCode::NotReady, "There is no ledger yet; `yht serve` makes it.", "账本尚未建立;yht serve 会建立账本。", options->path
        );
    }
    const auto log_key = options->log_key->publicKey();
    auto store = ledger::SqliteStore::open(*std::move(options));
    if (!store.ok()) return std::move(store).error();
    return OpenedLedger{*std::move(config), std::move(clock), std::move(random),
                        *std::move(days),   log_key,          *std::move(store)};
}

int exitCodeOf(base::ErrorCode code) {
    // What is wrong with a certificate, or with the name of its use: somebody else's answer may only be late.
    const auto& row = base::errorRow(code);
    if (std::string_view(row.wire).starts_with("certificate.")) return row.retry == base::Retry::Later ? kExitUnavailable : kExitData;
    switch (code) {
        case base::ErrorCode::ConfigInvalid:
        case base::ErrorCode::ManifestInvalid:
        case base::ErrorCode::ProfileInvalid: return kExitConfig;
        case base::ErrorCode::LedgerCorrupt: return kExitFound;
        case base::ErrorCode::NotFound:
        case base::ErrorCode::ParameterInvalid:
        case base::ErrorCode::JsonMalformed:
        case base::ErrorCode::RecordInvalid:
        case base::ErrorCode::RecordConflict:
        case base::ErrorCode::AliasConflict:
        case base::ErrorCode::TicketUnknown:
        case base::ErrorCode::SourceUnknown:
        case base::ErrorCode::ItemUndecodable:
        case base::ErrorCode::ItemTooLarge:
        case base::ErrorCode::ItemUnmapped:
        case base::ErrorCode::ItemFunctionFailed:
        case base::ErrorCode::LedgerErased: return kExitData;
        case base::ErrorCode::ApprovalWanted: return kExitWaits;
        case base::ErrorCode::OperatorUnknown:
        case base::ErrorCode::OperatorRole: return kExitPermission;
        case base::ErrorCode::LedgerLocked:
        case base::ErrorCode::PeerUnreachable:
        case base::ErrorCode::PeerAnswerLost:
        case base::ErrorCode::PeerAnswerInvalid:
        case base::ErrorCode::PeerBusy:
        case base::ErrorCode::PeerRefused:
        case base::ErrorCode::PeerLoginRefused:
        case base::ErrorCode::PeerUntrusted:
        case base::ErrorCode::NotReady: return kExitUnavailable;
        default: return kExitSoftware;
    }
}

}  // namespace

ticket::TicketView OpenedLedger::fold(const ledger::StoredTicket& stored) const {
    std::vector<ticket::Record> records;
    for (const auto& one : stored.records) records.push_back(one.record);
    return ticket::fold(records, calendar, foldRules(config), clock->nowMillis());
}

void OpenedLedger::pause(std::int64_t ms) const { ::poll(nullptr, 0, static_cast<int>(ms)); }

int withLedger(const std::string& directory, const std::function<int(OpenedLedger&)>& command, bool trial) {
    auto opened = openLedger(directory, trial);
    if (!opened.ok()) return reportError(opened.error());
    return command(*opened);
}

std::optional<std::string> resolveTicket(ledger::View& view, const std::string& name) {
    if (view.hasTicket(name)) return name;
    const auto slash = name.find('/');
    if (slash == std::string::npos) return std::nullopt;
    return view.findTicket(name.substr(0, slash), name.substr(slash + 1));
}

int reportError(const base::Error& error) {
    std::cerr << error.public_zh << '\n' << base::describe(error) << '\n';
    return exitCodeOf(error.code);
}

}  // namespace yht::app
