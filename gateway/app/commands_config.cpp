#include <iostream>
#include <sstream>

#include "gateway/app/bundle.h"
#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/control_client.h"
#include "gateway/app/destinations.h"
#include "gateway/app/gateway.h"
#include "gateway/app/opened_ledger.h"
#include "gateway/app/results_home.h"
#include "gateway/app/revocation_watch.h"
#include "gateway/app/source_folders.h"
#include "gateway/app/source_speaker.h"
#include "gateway/app/terminal.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

/// Everything that `serve` reads before it opens the ledger. Sources that would be blocked are named: the others run.
base::Result<std::vector<std::string>> checkDeployment(const std::string& directory) {
    const base::SystemClock clock;
    base::SystemRandom random;
    const auto config = Config::load(directory);
    if (!config.ok()) return config.error();
    const auto trust = trust::loadTrust(directory);
    if (!trust.ok()) return trust.error();
    const auto sources = loadSourceAdapters(directory, **trust);
    if (!sources.ok()) return sources.error();
    const CredentialsInForce nothing_yet;
    if (const auto own = checkOwnCredentials(*config, clock.nowMillis(), &nothing_yet, {}); !own.ok()) return own.error();
    if (const auto settings = revocationSettings(*config, {}); !settings.ok()) return settings.error();
    if (const auto context = trust::serverContext(tlsFiles(*config)); !context.ok()) return context.error();
    const auto key = readSigningKey(config->text("signing.certificate"), config->text("signing.private_key"));
    if (!key.ok()) return key.error();
    if (const auto soap_key = readSoapSigningKey(*config); !soap_key.ok()) return soap_key.error();
    if (const auto days = calendar(*config); !days.ok()) return days.error();
    if (const auto options = storeOptions(*config, clock, random, false); !options.ok()) return options.error();
    const auto routes = deploymentRoutes(directory);
    if (!routes.ok()) return routes.error();
    const auto no_contents = [](std::uint64_t, const std::string&) -> base::Result<kit::OutboundContent> {
        return base::makeError(base::ErrorCode::NotFound);  // nothing is sent
    };
    const auto far_sides = loadDestinations(directory, clock, random, no_contents);
    if (!far_sides.ok()) return far_sides.error();
    return sourcesWithoutSpeaker(**sources, **trust);
}

void tellBlocked(const std::vector<std::string>& sources) {
    for (const auto& each : sources) std::cerr << "将受阻 would be blocked: " << printable(each) << '\n';
}

std::string changedJson(const std::vector<std::string>& changed) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    writer.Key("changed");
    writer.StartArray();
    for (const auto& name : changed) writer.String(name);
    writer.EndArray();
    writer.EndObject();
    return buffer.GetString();
}

std::vector<std::string> linesOf(const Bundle& bundle, const std::string& name) {
    std::vector<std::string> lines;
    const auto file = bundle.files.find(name);
    if (file == bundle.files.end()) return lines;
    std::istringstream in(file->second);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// The lines between what is equal at the beginning and at the end: configuration changes in one place as a rule.
void showDifference(const std::string& name, const Bundle& before, const Bundle& after) {
    const auto old_lines = linesOf(before, name), new_lines = linesOf(after, name);
    const std::size_t least = std::min(old_lines.size(), new_lines.size());
    std::size_t front = 0, back = 0;
    while (front < least && old_lines[front] == new_lines[front]) ++front;
    while (back < least - front && old_lines[old_lines.size() - 1 - back] == new_lines[new_lines.size() - 1 - back])
        ++back;
    std::cout << "--- " << name << ":" << front + 1 << '\n';
    for (std::size_t i = front; i < old_lines.size() - back; ++i) std::cout << "- " << old_lines[i] << '\n';
    for (std::size_t i = front; i < new_lines.size() - back; ++i) std::cout << "+ " << new_lines[i] << '\n';
}

/// The file and line that a mistake was found at, its key and both texts.
void writeMistake(json::Writer& out, const base::FieldError& mistake) {
    out.StartObject();
    json::writeText(out, "where", mistake.pointer);
    json::writeTextIfAny(out, "key", mistake.limit);
    json::writeText(out, "zh", mistake.zh);
    json::writeText(out, "en", mistake.en);
    out.EndObject();
}

void printCheckJson(const std::string& directory, const base::Result<std::vector<std::string>>& checked) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    json::writeText(out, "directory", directory);
    out.Key("ok");
    out.Bool(checked.ok());
    out.Key("findings");
    out.StartArray();
    if (!checked.ok()) {
        const auto& error = checked.error();
        for (const auto& mistake : error.fields) writeMistake(out, mistake);
        if (error.fields.empty()) writeMistake(out, {"", "", "", base::describe(error), error.public_zh});
    }
    out.EndArray();
    json::writeTexts(out, "would_be_blocked", checked.ok() ? *checked : std::vector<std::string>{});
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

}  // namespace

int printConfigReference(bool json) {
    std::cout << (json ? configReferenceJson() : configReference());
    return kExitOk;
}

int checkConfig(const CommandOptions& options) {
    const auto checked = checkDeployment(options.directory);
    if (options.json) printCheckJson(options.directory, checked);
    if (!checked.ok()) return reportError(checked.error());
    tellBlocked(*checked);
    if (!options.json) std::cout << options.directory << ": ok 无误\n";
    return kExitOk;
}

int diffConfig(const CommandOptions& options) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        auto snapshot = opened.store->snapshot();
        if (!snapshot.ok()) return reportError(snapshot.error());
        const auto before = bundleInForce(**snapshot);
        if (!before.ok()) return reportError(before.error());
        const auto on_disk = readBundle(options.directory);
        if (!on_disk.ok()) return reportError(on_disk.error());
        const Bundle in_force = before->value_or(Bundle{});
        const auto changed = changedFiles(in_force, *on_disk);
        if (options.json) {
            std::cout << changedJson(changed) << '\n';
        } else {
            for (const auto& name : changed) showDifference(name, in_force, *on_disk);
            if (changed.empty()) std::cout << "no difference 无差异\n";
        }
        return changed.empty() ? kExitOk : kExitFound;
    });
}

int applyConfig(const CommandOptions& options, const std::string& why) {
    const auto checked = checkDeployment(options.directory);
    if (!checked.ok()) return reportError(checked.error());
    tellBlocked(*checked);
    if (!options.json) {
        const int differs = diffConfig(options);
        if (differs != kExitOk && differs != kExitFound) return differs;
    }
    return reloadGateway(options, why);
}

int reloadGateway(const CommandOptions& options, const std::string& why) {
    const auto answer = command(options.directory, {"reload", {}, why});
    if (!answer.ok()) return reportError(answer.error());
    std::cout << (options.json ? *answer : reloadText()) << '\n';
    return kExitOk;
}

int confirmClockCommand(const CommandOptions& options, const std::string& why) {
    const auto answer = command(options.directory, {"clock.confirm", {}, why});
    if (!answer.ok()) return reportError(answer.error());
    std::cout << (options.json ? *answer : "已记入账本,当前时钟视为正确 recorded: the clock is right as it is now") << '\n';
    return kExitOk;
}

}  // namespace yht::app
