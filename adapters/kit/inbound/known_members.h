// Which members of an item some rule reads, or the mapping names as known and unused. What is left
// is new: a renamed column, a field that the vendor added. It is counted, and shown by `yht
// adapters coverage`. Uses: mapping_rules. Used by: inbound mapping.
#pragma once

#include <functional>
#include <unordered_map>

#include "adapters/kit/inbound/mapping_rules.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class KnownMembers {
public:
    explicit KnownMembers(const MappingRules& rules);

    /// How many members no rule knows; each is handed to `tell` with its path where that is set.
    /// Below an unknown member nothing is counted.
    std::uint64_t countUnknown(
        const ItemValue& item, const std::function<void(const std::string&)>& tell
    ) const;

private:
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>()(name);
        }
    };
    struct Node {
        std::unordered_map<std::string, Node, NameHash, std::equal_to<>> children;
        bool whole = false;  // read as it is: everything below is known
    };
    void add(const Path* each, const Path& path);
    void add(const Path* each, const InboundCondition& condition);
    std::uint64_t count(
        const ItemValue& value, const Node& node, const std::string* place,
        const std::function<void(const std::string&)>& tell
    ) const;

    Node root_;
};

}  // namespace yht::kit
