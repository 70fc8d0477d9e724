#include <functional>
#include <iostream>

#include "gateway/app/channels.h"
#include "gateway/app/command_line.h"
#include "gateway/app/commands.h"
#include "gateway/app/config_difference.h"
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
    if (const auto channels = checkChannels(*config, **sources, **trust); !channels.ok()) return channels.error();
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

int withDifferences(const CommandOptions& options, const std::function<int(const std::vector<FileDifference>&)>& command) {
    return withLedger(options.directory, [&](OpenedLedger& opened) -> int {
        const auto all = differencesFromForce(*opened.store, options.directory);
        return all.ok() ? command(*all) : reportError(all.error());
    });
}

void printDifferenceJson(const std::vector<FileDifference>& all) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    std::vector<std::string> changed;
    for (const auto& one : all) changed.push_back(one.file);
    out.StartObject();
    json::writeTexts(out, "changed", changed);
    writeDifferences(out, all);
    out.EndObject();
    std::cout << buffer.GetString() << '\n';
}

std::string namesIn(const rapidjson::Value& answer, const char* member) {
    std::string text;
    const auto* names = json::findMember(answer, member);
    if (names == nullptr || !names->IsArray()) return text;
    for (const auto& name : names->GetArray()) text += (text.empty() ? "" : ", ") + printable(name.GetString());
    return text;
}

/// What the gateway said of this reload, for people.
int printReloaded(const std::string& answer) {
    const auto document = json::parse(answer);
    if (!document.ok()) return reportError(document.error());
    const std::string changed = namesIn(*document, "changed"), waiting = namesIn(*document, "waiting_for_restart");
    std::cout << (changed.empty() ? "已重新读取,配置文件无变化 read again; no file of the bundle changed" : "已生效 in force now: " + changed) << '\n';
    if (!waiting.empty()) std::cout << "重启后才生效 waits for a restart: " << waiting << '\n';
    return kExitOk;
}

/// One object: what differed, whether it was taken, and what the gateway said of it.
void printAppliedJson(const std::vector<FileDifference>& all, const base::Result<std::string>& answer) {
    rapidjson::StringBuffer buffer;
    json::Writer out(buffer);
    out.StartObject();
    writeDifferences(out, all);
    out.Key("applied");
    out.Bool(answer.ok());
    out.EndObject();
    std::string text = buffer.GetString();
    if (answer.ok()) text.replace(text.size() - 1, 1, "," + answer->substr(1));
    std::cout << text << '\n';
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
    return withDifferences(options, [&](const std::vector<FileDifference>& all) {
        options.json ? printDifferenceJson(all) : printDifferences(all);
        return all.empty() ? kExitOk : kExitFound;
    });
}

int applyConfig(const CommandOptions& options, const std::string& why) {
    const auto checked = checkDeployment(options.directory);
    if (!checked.ok()) return reportError(checked.error());
    tellBlocked(*checked);
    std::vector<FileDifference> all;
    const int compared = withDifferences(options, [&](const std::vector<FileDifference>& found) {
        all = found;
        return kExitOk;
    });
    if (compared != kExitOk) return compared;
    if (!options.json) printDifferences(all);
    std::cout.flush();  // before anything is changed
    const auto answer = command(options.directory, {"reload", {}, why});
    if (options.json) printAppliedJson(all, answer);
    if (!answer.ok()) return reportError(answer.error());
    return options.json ? static_cast<int>(kExitOk) : printReloaded(*answer);
}

int reloadGateway(const CommandOptions& options, const std::string& why) {
    const auto answer = command(options.directory, {"reload", {}, why});
    if (!answer.ok()) return reportError(answer.error());
    if (!options.json) return printReloaded(*answer);
    std::cout << *answer << '\n';
    return kExitOk;
}

int confirmClockCommand(const CommandOptions& options, const std::string& why) {
    const auto answer = command(options.directory, {"clock.confirm", {}, why});
    if (!answer.ok()) return reportError(answer.error());
    std::cout << (options.json ? *answer : "已记入账本,当前时钟视为正确 recorded: the clock is right as it is now") << '\n';
    return kExitOk;
}

}  // namespace yht::app
