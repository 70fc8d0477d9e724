#include <filesystem>
#include <iostream>

#include "gateway/app/command_line.h"
#include "gateway/app/commands_adapters_work.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/replaying.h"
#include "gateway/app/shadow.h"
#include "gateway/app/staged_folders.h"
#include "gateway/app/terminal.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

base::Result<std::string> statePath(const WorkOptions& options) {
    const auto config = Config::load(options.deployment);
    if (!config.ok()) return config.error();
    return shadowStatePath(config->text("ledger.directory"), options.source);
}

base::Error notShadowed(const std::string& source) {
    return base::makePublicError(ErrorCode::NotFound, "No shadow run of " + source + "; `yht adapters shadow start` begins one.",
                                 source + " 没有影子运行,可用 yht adapters shadow start 开始。");
}

std::size_t shadowsRunning(const std::string& deployment) {
    std::error_code failed;
    std::size_t count = 0;
    for (const auto& folder : fs::directory_iterator(deployment + "/shadow", failed)) count += folder.path().filename().string().starts_with('.') ? 0 : 1;
    return count;
}

void printJson(const std::string& source, const ShadowState& state) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    json::writeText(out, "source", source);
    json::writeText(out, "since", base::formatRfc3339(state.since_ms));
    json::writeText(out, "old_version", state.old_version);
    json::writeText(out, "new_version", state.new_version);
    json::writeText(out, "problem", state.problem);
    json::writeNumber(out, "after", state.after);
    json::writeNumber(out, "messages", state.messages);
    json::writeNumber(out, "items", state.items);
    json::writeNumber(out, "items_differ", state.items_differ);
    out.Key("differences");
    writeDifferences(out, state.differences);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

/// A run that has begun or ended, to a person in `words`. `new_version`: "" where it has ended.
void printRun(const WorkOptions& options, const std::string& new_version, const std::string& words) {
    if (!options.json) {
        std::cout << options.source << ": " << words << '\n';
        return;
    }
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    json::writeText(out, "source", options.source);
    out.Key("running");
    out.Bool(!new_version.empty());
    json::writeTextIfAny(out, "new_version", new_version);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int startShadow(const WorkOptions& options) {
    const std::string folder = shadowFolder(options.deployment, options.source);
    std::error_code failed;
    if (!fs::exists(folder, failed) && shadowsRunning(options.deployment) >= kShadowsMax) {
        const std::string max = std::to_string(kShadowsMax);
        return reportError(base::makePublicError(ErrorCode::ParameterInvalid, "At most " + max + " sources run in shadow at a time.", "影子运行的来源最多 " + max + " 个。"));
    }
    // Under another name first: the gateway never reads half of it.
    const std::string ready = options.deployment + "/shadow/.new-" + options.source;
    fs::remove_all(ready, failed);
    if (auto copied = copySource(options.folder, ready, options.source); !copied.ok()) return reportError(copied.error());
    const auto adapter = kit::Adapter::load(ready + "/sources", ready + "/products", options.source);
    if (!adapter.ok()) {
        fs::remove_all(ready, failed);
        return reportError(adapter.error());
    }
    fs::remove_all(folder, failed);
    fs::rename(ready, folder, failed);
    if (failed) return reportError(base::makeError(ErrorCode::IoFailed, folder + ": " + failed.message()));
    const std::string version = (*adapter)->version();
    printRun(options, version, "新版本已开始影子运行 the new version runs in shadow: " + version + "\nNext 下一步:\n  yht adapters shadow show " + options.source);
    return kExitOk;
}

int showShadow(const WorkOptions& options) {
    const auto path = statePath(options);
    if (!path.ok()) return reportError(path.error());
    const auto state = readShadow(*path);
    if (!state.ok()) return reportError(state.error());
    if (!*state) return reportError(notShadowed(options.source));
    if (options.json) {
        printJson(options.source, **state);
    } else {
        const ShadowState& one = **state;
        std::cout << options.source << ": 自 since " << base::formatRfc3339(one.since_ms) << ", " << one.old_version << " → " << one.new_version
                  << "\n报文 messages " << one.messages << ", 条目 items " << one.items << ", 其中不同 that differ " << one.items_differ << '\n';
        if (!one.problem.empty()) std::cout << "! " << printable(one.problem) << '\n';
        printDifferences(std::cout, one.differences);
    }
    return (*state)->differences.empty() && (*state)->problem.empty() ? kExitOk : kExitFound;
}

int stopShadow(const WorkOptions& options) {
    const auto path = statePath(options);
    if (!path.ok()) return reportError(path.error());
    std::error_code failed;
    const std::string folder = shadowFolder(options.deployment, options.source);
    if (!fs::exists(folder, failed)) return reportError(notShadowed(options.source));
    // Renamed first: a folder that is half gone is none.
    const std::string gone = options.deployment + "/shadow/.gone-" + options.source;
    fs::remove_all(gone, failed);
    fs::rename(folder, gone, failed);
    if (failed) return reportError(base::makeError(ErrorCode::IoFailed, folder + ": " + failed.message()));
    fs::remove_all(gone, failed);
    fs::remove(*path, failed);
    printRun(options, "", "影子运行已停止 the shadow run has ended");
    return kExitOk;
}

}  // namespace yht::app
