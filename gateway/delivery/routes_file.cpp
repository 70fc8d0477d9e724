// routes.yaml → RouteTable; the form is described in routing.h. Everything wrong is told at once, each with its line.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gateway/base/time_text.h"
#include "gateway/delivery/routing.h"
#include "gateway/ledger/format/leaf.h"
#include "gateway/yaml/entry.h"

namespace yht::delivery {
namespace {

constexpr std::size_t kFileBytesMax = 4U << 20;
constexpr std::size_t kWindowsMax = 256;
constexpr std::size_t kTextCharactersMax = 64;
constexpr std::int64_t kLateAfterSecondsMax = 30LL * 86'400, kPriorityMax = 1'000'000;

const yaml::Names kFroms = {"start", "now"};

yaml::Names kindNames() {
    yaml::Names names;
    for (const auto& row : ticket::kindTable()) names.emplace_back(row.name);
    return names;
}

class Reader {
public:
    explicit Reader(yaml::Findings& findings) : findings_(findings) {}

    void read(const YAML::Node& root) {
        yaml::Entry top(root, {"destinations", "routes"}, findings_);
        if (const YAML::Node map = top.find("destinations")) readDestinations(map);
        for (const auto& node : top.list("routes", kRoutesMax)) readRule(node);
    }

    std::vector<DestinationRow> destinations;
    std::vector<RouteRule> rules;

private:
    void readDestinations(const YAML::Node& map) {
        if (!map.IsMap() || map.size() > kDestinationsMax) {
            findings_.add(map, "invalid", "\"destinations\" is a mapping of at most 256 ids.", "\"destinations\" 应为至多 256 个编号的映射。");
            return;
        }
        for (const auto& pair : map) readDestination(pair.first, pair.second);
    }

    void readDestination(const YAML::Node& name, const YAML::Node& map) {
        yaml::Entry entry(map, yaml::namesIn(kRouteDestinationKeys), findings_);
        DestinationRow row;
        row.id = name.IsScalar() ? name.Scalar() : "";
        row.party = entry.text("party", row.id.c_str(), kTextCharactersMax);
        row.from = oneOf(entry, "from", "start", kFroms) == "now" ? StartFrom::Now : StartFrom::Start;
        row.mask_secret = entry.flag("mask_secret", true);
        row.late_after_ms = 1000 * entry.integer("late_after_s", 0, 1, kLateAfterSecondsMax);
        row.dispatches = entry.flag("dispatches", false);
        row.trial = entry.flag("trial", false);
        row.lanes = static_cast<std::size_t>(entry.integer("lanes", kLanesDefault, 1, kLanesMax));
        row.attachments = entry.flag("attachments", false);
        for (const auto& node : entry.list("maintenance", kWindowsMax)) readWindow(node, row);
        checkId(name, row);
        destinations.push_back(std::move(row));
    }

    void checkId(const YAML::Node& at, const DestinationRow& row) {
        if (row.id.empty() || row.id.size() > ledger::kLeafTextBytesMax) {
            findings_.add(at, "invalid", "A destination's id has 1 to 64 bytes.", "对端标识须为 1 至 64 字节。");
        } else if (row.attachments && attachmentsQueueOf(row.id).size() > ledger::kLeafTextBytesMax) {
            findings_.add(at, "invalid", "With attachments a destination's id has at most 52 bytes.", "投递附件的对端标识至多 52 字节。");
        }
        const auto same = [&](const DestinationRow& other) { return other.id == row.id; };
        if (std::any_of(destinations.begin(), destinations.end(), same)) {
            findings_.add(at, "twice", "This destination stands twice.", "该对端重复出现。");
        }
    }

    void readWindow(const YAML::Node& node, DestinationRow& row) {
        yaml::Entry entry(node, yaml::namesIn(kMaintenanceKeys), findings_);
        const auto from = timeOf(entry, "from"), to = timeOf(entry, "to");
        if (!from || !to) return;
        if (*from >= *to) {
            findings_.add(node, "invalid", "The window ends before it begins.", "维护窗口的结束早于开始。");
            return;
        }
        row.maintenance.push_back({.from_ms = *from, .to_ms = *to});
    }

    std::optional<base::UnixMillis> timeOf(yaml::Entry& entry, const char* key) {
        const std::string text = entry.text(key, nullptr, kTextCharactersMax);
        const auto time = base::parseRfc3339(text);
        if (!time && !text.empty()) {
            entry.bad(entry.find(key), key, "is an RFC 3339 time with a zone, as 2026-05-01T01:00:00+08:00",
                      "应为带时区的 RFC 3339 时间,如 2026-05-01T01:00:00+08:00");
        }
        return time;
    }

    void readRule(const YAML::Node& node) {
        yaml::Entry entry(node, yaml::namesIn(kRouteRuleKeys), findings_);
        RouteRule rule;
        rule.destination = oneOf(entry, "destination", nullptr, destinationNames());
        rule.priority = entry.integer("priority", 0, -kPriorityMax, kPriorityMax);
        rule.send = entry.flag("send", true);
        for (const auto& name : allOf(entry, "kinds", kindNames())) {
            rule.kinds = static_cast<ticket::KindSet>(rule.kinds | ticket::only(*ticket::findKind(name)));
        }
        rule.sources = textsOf(entry, "sources");
        rule.not_sources = textsOf(entry, "not_sources");
        rule.not_from = textsOf(entry, "not_from");
        rule.regions = textsOf(entry, "regions");
        rule.modes = allOf(entry, "modes", yaml::namesIn(kIntegrationModes));
        rule.not_modes = allOf(entry, "not_modes", yaml::namesIn(kIntegrationModes));
        rule.tickets_of = textsOf(entry, "tickets_of");
        rules.push_back(std::move(rule));
    }

    yaml::Names destinationNames() const {
        yaml::Names names;
        for (const auto& row : destinations) names.push_back(row.id);
        return names;
    }

    std::string oneOf(yaml::Entry& entry, const char* key, const char* fallback, const yaml::Names& allowed) {
        const std::string text = entry.text(key, fallback, kTextCharactersMax);
        return text.empty() || isAllowed(entry.find(key), key, text, allowed) ? text : "";
    }

    /// An empty list would mean "all", which nobody means by it.
    std::vector<std::string> textsOf(yaml::Entry& entry, const char* key) {
        const YAML::Node list = entry.find(key);
        if (list && list.IsSequence() && list.size() == 0) entry.bad(list, key, "has at least one item", "至少应有一项");
        return entry.texts(key, kRouteListMax, kTextCharactersMax);
    }

    std::vector<std::string> allOf(yaml::Entry& entry, const char* key, const yaml::Names& allowed) {
        std::vector<std::string> taken;
        for (const auto& text : textsOf(entry, key)) {
            if (isAllowed(entry.find(key), key, text, allowed)) taken.push_back(text);
        }
        return taken;
    }

    bool isAllowed(const YAML::Node& at, const char* key, const std::string& text, const yaml::Names& allowed) {
        if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return true;
        const std::string what = std::string("\"") + key + "\":";
        if (allowed.empty()) findings_.add(at, "unknown", what + " there is no destination above.", what + "上文没有任何对端。");
        else findings_.addUnknown(at, what, what, text, allowed);
        return false;
    }

    yaml::Findings& findings_;
};

base::Result<std::string> contentOf(const std::string& path) {
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(path, failed);
    std::ifstream in(path, std::ios::binary);
    if (failed || !in) return base::makeError(base::ErrorCode::IoFailed, "can't read " + path);
    if (bytes > kFileBytesMax) return base::makeError(base::ErrorCode::ConfigInvalid, path + " is longer than 4 MiB 超过 4 MiB");
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

base::Result<RouteTable> loadRoutes(const std::string& path) {
    const auto content = contentOf(path);
    if (!content) return content.error();
    std::vector<base::FieldError> errors;
    yaml::Findings findings(path, errors);
    Reader reader(findings);
    yaml::readTree(*content, findings, [&](const YAML::Node& root) { reader.read(root); });
    if (!errors.empty()) return yaml::refusal(base::ErrorCode::ConfigInvalid, path, std::move(errors));
    return RouteTable::make(std::move(reader.destinations), std::move(reader.rules));
}

}  // namespace yht::delivery
