// routes.yaml → RouteTable; the form is described in routing.h.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "gateway/base/time_text.h"
#include "gateway/delivery/routing.h"
#include "gateway/ledger/format/leaf.h"

namespace yht::delivery {

namespace {

/// Thrown inside this file only: yaml-cpp throws anyway, and both are caught in loadRoutes.
struct Refusal {
    YAML::Mark mark;
    std::string en, zh;
};

template <class Keys>
std::set<std::string> setOf(const Keys& keys) {
    return {std::begin(keys), std::end(keys)};
}

void refuseUnknownKeys(const YAML::Node& map, const std::set<std::string>& known) {
    if (!map.IsMap()) throw Refusal{map.Mark(), "a map of keys belongs here", "此处应为键值表"};
    std::set<std::string> seen;
    for (const auto& pair : map) {
        const auto key = pair.first.as<std::string>();
        if (!known.empty() && !known.contains(key)) {
            throw Refusal{
                pair.first.Mark(), "unknown key \"" + key + "\"", "未知的键 \"" + key + "\""};
        }
        if (!seen.insert(key).second) {
            throw Refusal{
                pair.first.Mark(), "key \"" + key + "\" twice", "键 \"" + key + "\" 重复"};
        }
    }
}

std::vector<std::string> texts(const YAML::Node& rule, const char* key) {
    const YAML::Node list = rule[key];
    if (!list) return {};
    if (!list.IsSequence() || list.size() == 0 || list.size() > kRouteListMax) {
        throw Refusal{
            list.Mark(), std::string(key) + " must be a list of 1 to 1024 entries",
            std::string(key) + " 须为 1 至 1024 项的列表"};
    }
    return list.as<std::vector<std::string>>();
}

ticket::KindSet kindsOf(const YAML::Node& rule) {
    ticket::KindSet kinds = 0;
    for (const std::string& name : texts(rule, "kinds")) {
        const auto kind = ticket::findKind(name);
        if (!kind) {
            throw Refusal{
                rule["kinds"].Mark(), "no kind of record \"" + name + "\"",
                "没有记录种类 \"" + name + "\""};
        }
        kinds = static_cast<ticket::KindSet>(kinds | ticket::only(*kind));
    }
    return kinds;
}

std::int64_t integerOf(
    const YAML::Node& map, const char* key, std::int64_t fallback, std::int64_t min,
    std::int64_t max
) {
    if (!map[key]) return fallback;
    const auto value = map[key].as<std::int64_t>();
    if (value < min || value > max) {
        const std::string range = std::to_string(min) + " to " + std::to_string(max);
        throw Refusal{
            map[key].Mark(), std::string(key) + " must be " + range,
            std::string(key) + " 须在 " + range + " 之间"};
    }
    return value;
}

base::UnixMillis timeOf(const YAML::Node& window, const char* key) {
    const auto time = base::parseRfc3339(window[key] ? window[key].as<std::string>() : "");
    if (!time) {
        throw Refusal{
            window.Mark(), std::string(key) + " must be an RFC 3339 time with a zone",
            std::string(key) + " 须为带时区的 RFC 3339 时间"};
    }
    return *time;
}

std::vector<MaintenanceWindow> windowsOf(const YAML::Node& map) {
    std::vector<MaintenanceWindow> windows;
    for (const auto& node : map["maintenance"]) {
        refuseUnknownKeys(node, setOf(kMaintenanceKeys));
        windows.push_back({.from_ms = timeOf(node, "from"), .to_ms = timeOf(node, "to")});
        if (windows.back().from_ms >= windows.back().to_ms) {
            throw Refusal{
                node.Mark(), "the window ends before it begins", "维护窗口的结束早于开始"};
        }
    }
    return windows;
}

DestinationRow destinationOf(const std::string& id, const YAML::Node& map) {
    refuseUnknownKeys(map, setOf(kRouteDestinationKeys));
    DestinationRow row;
    row.id = id;
    row.party = map["party"].as<std::string>(id);
    const auto from = map["from"].as<std::string>("start");
    if (from != "start" && from != "now") {
        throw Refusal{map["from"].Mark(), "from must be start or now", "from 须为 start 或 now"};
    }
    row.from = from == "now" ? StartFrom::Now : StartFrom::Start;
    row.mask_secret = map["mask_secret"] ? map["mask_secret"].as<bool>() : true;
    row.late_after_ms = 1000 * integerOf(map, "late_after_s", 0, 1, 30LL * 86400);
    row.dispatches = map["dispatches"] ? map["dispatches"].as<bool>() : false;
    row.trial = map["trial"] ? map["trial"].as<bool>() : false;
    row.lanes = static_cast<std::size_t>(integerOf(map, "lanes", kLanesDefault, 1, kLanesMax));
    row.attachments = map["attachments"] ? map["attachments"].as<bool>() : false;
    row.maintenance = windowsOf(map);
    return row;
}

std::vector<std::string> modesOf(const YAML::Node& rule, const char* key) {
    std::vector<std::string> modes = texts(rule, key);
    for (const std::string& mode : modes) {
        const bool known = std::find(std::begin(kIntegrationModes), std::end(kIntegrationModes), mode) !=
                           std::end(kIntegrationModes);
        if (known) continue;
        throw Refusal{
            rule[key].Mark(), "no integration mode \"" + mode + "\": merged, dual_number, branch, excluded",
            "没有整合方式 \"" + mode + "\",可用:merged、dual_number、branch、excluded"};
    }
    return modes;
}

RouteRule ruleOf(const YAML::Node& node, const std::vector<DestinationRow>& destinations) {
    refuseUnknownKeys(node, setOf(kRouteRuleKeys));
    RouteRule rule;
    rule.destination = node["destination"].as<std::string>("");
    const bool known = std::any_of(destinations.begin(), destinations.end(), [&](const auto& row) {
        return row.id == rule.destination;
    });
    if (!known) {
        throw Refusal{
            node.Mark(), "no destination \"" + rule.destination + "\" above",
            "上文没有对端 \"" + rule.destination + "\""};
    }
    rule.priority = integerOf(node, "priority", 0, -1'000'000, 1'000'000);
    rule.send = node["send"] ? node["send"].as<bool>() : true;
    rule.kinds = kindsOf(node);
    rule.sources = texts(node, "sources");
    rule.not_sources = texts(node, "not_sources");
    rule.not_from = texts(node, "not_from");
    rule.regions = texts(node, "regions");
    rule.modes = modesOf(node, "modes");
    rule.not_modes = modesOf(node, "not_modes");
    rule.tickets_of = texts(node, "tickets_of");
    return rule;
}

base::Result<RouteTable> tableOf(const YAML::Node& root) {
    refuseUnknownKeys(root, {"destinations", "routes"});
    std::vector<DestinationRow> destinations;
    if (root["destinations"]) refuseUnknownKeys(root["destinations"], {});
    for (const auto& pair : root["destinations"]) {
        const auto id = pair.first.as<std::string>();
        if (id.empty() || id.size() > ledger::kLeafTextBytesMax) {
            throw Refusal{
                pair.first.Mark(), "a destination's id has 1 to 64 bytes",
                "对端标识须为 1 至 64 字节"};
        }
        destinations.push_back(destinationOf(id, pair.second));
        const auto queue_bytes = attachmentsQueueOf(id).size();
        if (destinations.back().attachments && queue_bytes > ledger::kLeafTextBytesMax) {
            throw Refusal{
                pair.first.Mark(), "with attachments a destination's id has at most 52 bytes",
                "投递附件的对端标识至多 52 字节"};
        }
    }
    std::vector<RouteRule> rules;
    for (const auto& node : root["routes"]) rules.push_back(ruleOf(node, destinations));
    return RouteTable::make(std::move(destinations), std::move(rules));
}

base::Error refusedAt(
    const std::string& path, const YAML::Mark& mark, const std::string& en, const std::string& zh
) {
    const std::string place = path + ":" + std::to_string(mark.line + 1) + ": ";
    return base::makePublicError(
        base::ErrorCode::ConfigInvalid, place + en, place + zh, place + en
    );
}

}  // namespace

base::Result<RouteTable> loadRoutes(const std::string& path) {
    try {
        return tableOf(YAML::LoadFile(path));
    } catch (const Refusal& refusal) {
        return refusedAt(path, refusal.mark, refusal.en, refusal.zh);
    } catch (const YAML::BadFile&) {
        return base::makeError(base::ErrorCode::IoFailed, "can't read " + path);
    } catch (const YAML::Exception& fault) {
        return refusedAt(path, fault.mark, fault.msg, "YAML 格式有误:" + fault.msg);
    }
}

}  // namespace yht::delivery
