#include "gateway/app/control_sources.h"

#include <sys/stat.h>

#include "gateway/app/config.h"
#include "gateway/app/deployment.h"
#include "gateway/app/source_folders.h"
#include "gateway/app/source_health.h"
#include "gateway/intake/pull/pulls.h"

namespace yht::app {
namespace {

using base::ErrorCode;

base::Error notPulled(const std::string& source) {
    return base::makePublicError(ErrorCode::SourceUnknown, "No source of that name is pulled; `yht sources list` names them.",
                                 "没有该名称的拉取来源,请用 yht sources list 查看。", source);
}

/// With no gateway running: the pause stands on the disk for the next start.
base::Status pauseOnDisk(const std::string& directory, const std::string& source, const std::optional<intake::Pause>& pause) {
    auto config = Config::load(directory);
    if (!config.ok()) return std::move(config).error();
    const auto snapshot = trust::loadTrust(directory);
    if (!snapshot.ok()) return snapshot.error();
    const auto adapters = loadSourceAdapters(directory, **snapshot);
    if (!adapters.ok()) return adapters.error();
    const auto found = (*adapters)->find(source);
    if (found == (*adapters)->end() || !intake::isPulled(found->second->manifest())) return notPulled(source);
    const std::string states = pullStateDirectory(config->text("ledger.directory"));
    ::mkdir(states.c_str(), 0700);
    return intake::storePause(states, source, pause);
}

base::Result<std::string> setPause(const std::string& directory, ControlServices& services, const ControlCall& call, bool pause) {
    const std::string& source = call.argument("source");
    std::optional<intake::Pause> wanted;
    if (pause) wanted = intake::Pause{call.operator_id, call.request.why, services.clock.nowMillis()};
    const auto done = services.pause_source ? services.pause_source(source, wanted) : pauseOnDisk(directory, source, wanted);
    if (!done.ok()) return done.error().code == ErrorCode::SourceUnknown ? notPulled(source) : done.error();
    const auto noted = services.store.run([&](ledger::Transaction& transaction) { return appendAudit(transaction, services, call); });
    if (!noted.ok()) return noted.error();
    return "{\"source\":\"" + source + "\"}";
}

}  // namespace

std::vector<ControlCommand> sourceCommands(const std::string& directory) {
    const auto row = [&](const char* name, bool pause) {
        return ControlCommand{name, {"source"}, true, [directory, pause](ControlServices& services, const ControlCall& call) {
                                  return setPause(directory, services, call, pause);
                              }};
    };
    return {row(kPauseSource, true), row(kResumeSource, false)};
}

}  // namespace yht::app
