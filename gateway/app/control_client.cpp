#include "gateway/app/control_client.h"

#include <unistd.h>

#include <filesystem>

#include "gateway/app/control_socket.h"
#include "gateway/app/deployment.h"

namespace yht::app {
namespace {

using base::ErrorCode;

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
    auto store = ledger::SqliteStore::open(*std::move(options));
    if (!store.ok()) return std::move(store).error();
    ControlServices services{**store, clock, random};
    const auto table = controlCommands();
    return runControl(table, services, {request, "uid:" + std::to_string(::geteuid())});
}

}  // namespace

std::vector<ControlCommand> controlCommands() { return ownControlCommands(); }

base::Result<std::string> command(const std::string& directory, const ControlRequest& request) {
    auto config = Config::load(directory);
    if (!config.ok()) return std::move(config).error();
    auto answer = askGateway(controlSocketPath(*config), request);
    if (answer.ok() || answer.error().code != ErrorCode::PeerUnreachable) return answer;
    return runHere(*config, request);
}

}  // namespace yht::app
