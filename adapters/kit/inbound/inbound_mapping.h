// The inbound mapping engine: one item becomes records, is ignored by a rule that has a name, or
// fails with every field that is wrong. A pure function of item, rules and scope: the same item
// makes the same records. A row, in order: its conditions → values of its paths, white space and
// null tokens gone → function → separator and part → typing → vocabulary → prefix, suffix, party →
// length. Without a value: the default, which stands in our words. Uses: mapping_rules, functions,
// known_members. Used by: adapter.
#pragma once

#include "adapters/kit/inbound/functions.h"
#include "adapters/kit/inbound/known_members.h"
#include "adapters/kit/inbound/mapping_rules.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread, each with a FunctionState of its own.
class InboundMapping {
public:
    InboundMapping(std::string source, MappingRules rules);

    /// Fills fate, records, failure, ignored_by, attachments, counts and observations. `functions`
    /// may be nullptr where no row calls one.
    void map(
        const ItemValue& item, const MessageContext& context, FunctionState* functions,
        AdaptedItem& into
    ) const;
    const MappingRules& rules() const { return rules_; }

private:
    std::string source_;
    MappingRules rules_;
    KnownMembers known_;
};

}  // namespace yht::kit
