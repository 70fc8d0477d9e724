#include "gateway/delivery/integration.h"

namespace yht::delivery {

std::string integrationModeOf(
    ledger::View& view, const std::string& source, const std::string& ticket_no, const ModeOfSource& mode_of
) {
    if (!mode_of) return {};
    std::string own = mode_of(source);
    if (ticket_no.empty() || own == kModeExcluded) return own;
    const auto first = view.firstEntry(ticket_no);
    if (!first) return own;
    const auto leaf = view.leaf(*first);
    return leaf.ok() ? mode_of(leaf->header.source) : own;
}

}  // namespace yht::delivery
