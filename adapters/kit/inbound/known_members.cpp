#include "adapters/kit/inbound/known_members.h"

namespace yht::kit {

KnownMembers::KnownMembers(const MappingRules& rules) {
    for (const auto& path : rules.known_unused) add(nullptr, path);
    for (const auto& rule : rules.ignore) {
        add(nullptr, rule.when);
        add(nullptr, rule.when_not);
    }
    for (const auto& record : rules.records) {
        const Path* each = record.each ? &*record.each : nullptr;
        add(each, record.when);
        add(each, record.when_not);
        for (const auto& row : record.rows) {
            for (const auto& value : row.from) {
                if (value.kind == InboundValue::Kind::Path) add(each, value.path);
            }
            add(each, row.when);
            add(each, row.when_not);
        }
        for (const auto& attachment : record.attachments) {
            for (const Path* path :
                 {&attachment.content, attachment.file_name ? &*attachment.file_name : nullptr,
                  attachment.media_type ? &*attachment.media_type : nullptr}) {
                if (path == nullptr) continue;
                const std::string& list = attachment.each.text();
                const std::string joined =
                    list + (list.empty() || path->text().empty() ? "" : "/") + path->text();
                if (auto below = Path::parse(joined)) add(each, *below);
            }
        }
    }
}

void KnownMembers::add(const Path* each, const Path& path) {
    Node* node = &root_;
    const auto walk = [&node](const Path& steps) {
        for (const auto& step : steps.steps()) {
            // Lists are looked through: their entries have the same members. A number may be a
            // member's name, too.
            if (step.is_number)
                node->children[step.name].whole = true;
            else if (!step.each)
                node = &node->children[step.name];
        }
    };
    if (each != nullptr && !path.fromItem()) walk(*each);
    walk(path);
    node->whole = true;
}

void KnownMembers::add(const Path* each, const InboundCondition& condition) {
    for (const auto& term : condition.terms) {
        if (!term.number) add(each, term.path);
    }
}

std::uint64_t KnownMembers::countUnknown(
    const ItemValue& item, const std::function<void(const std::string&)>& tell
) const {
    static const std::string start;
    return count(item, root_, tell ? &start : nullptr, tell);
}

std::uint64_t KnownMembers::count(
    const ItemValue& value, const Node& node, const std::string* place,
    const std::function<void(const std::string&)>& tell
) const {
    if (node.whole) return 0;
    std::uint64_t unknown = 0;
    for (const auto& entry : value.items()) unknown += count(entry, node, place, tell);
    for (const auto& [name, member] : value.members()) {
        const auto found = node.children.find(std::string_view(name));
        const bool known = found != node.children.end();
        // Nearly every member is one that a rule reads: its place is nobody's question.
        if (known && found->second.whole) continue;
        const std::string below = place != nullptr ? *place + "/" + pathStep(name) : std::string();
        if (known) {
            unknown += count(member, found->second, place != nullptr ? &below : nullptr, tell);
            continue;
        }
        ++unknown;
        if (tell) tell(below);
    }
    return unknown;
}

}  // namespace yht::kit
