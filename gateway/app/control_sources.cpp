#include "gateway/app/control_sources.h"

#include "gateway/app/source_folders.h"
#include "gateway/intake/pull/source_memory.h"

namespace yht::app {
namespace {

using base::ErrorCode;

/// As they are in force, or as the files have them where no gateway runs.
base::Result<std::shared_ptr<const intake::SourceAdapters>> adaptersOf(ControlServices& services) {
    if (services.adapters) return services.adapters();
    auto trust = trust::loadTrust(services.directory);
    if (!trust.ok()) return std::move(trust).error();
    return loadSourceAdapters(services.directory, **trust);
}

base::Result<std::string> setPause(ControlServices& services, const ControlCall& call, bool paused) {
    const std::string& source = call.argument("source");
    const auto adapters = adaptersOf(services);
    if (!adapters.ok()) return adapters.error();
    const auto found = (*adapters)->find(source);
    if (found == (*adapters)->end() || !found->second->manifest().pull) {
        return base::makePublicError(
            ErrorCode::SourceUnknown, "No source of that id is pulled; `yht sources` lists them.", "没有此编号的取数来源,见 yht sources。"
        );
    }
    const base::Status done = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        if (intake::pauseOf(transaction, source).paused() == paused) {
            return base::makePublicError(
                ErrorCode::ParameterInvalid, paused ? "The source is paused already." : "The source is not paused.",
                paused ? "该来源已暂停。" : "该来源未暂停。"
            );
        }
        intake::Pause pause;
        if (paused) pause = {call.operator_id, call.request.why, services.clock.nowMillis()};
        if (auto kept = intake::keepPause(transaction, source, pause); !kept.ok()) return kept;
        return appendAudit(transaction, services, call);
    });
    if (!done.ok()) return done.error();
    return R"({"source":")" + source + R"(","state":")" + (paused ? "paused" : "resumed") + R"("})";
}

}  // namespace

std::vector<ControlCommand> sourceCommands() {
    return {
        {kPauseSource, {"source"}, true, [](ControlServices& services, const ControlCall& call) { return setPause(services, call, true); }},
        {kResumeSource, {"source"}, true, [](ControlServices& services, const ControlCall& call) { return setPause(services, call, false); }}};
}

}  // namespace yht::app
