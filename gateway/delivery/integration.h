// How the hotline behind a record was joined with 12345 (整合方式), as routes and deliveries see it. A ticket is of the
// source whose record made it, whoever joins it later; a record of an excluded source stays one of an excluded source.
//   merged       整体并入  number and desk are gone: tickets are the city's own
//   dual_number  双号并行  it keeps its number; tickets are the city's own
//   branch       设分中心  it handles its own tickets: who dispatches is told of them, and dispatches nothing of them
//   excluded     暂不整合  kept, shown and reported; who dispatches never has them
// Uses: ledger. Used by: router, picker.
#pragma once

#include <functional>
#include <string>

#include "gateway/ledger/store/store.h"

namespace yht::delivery {

inline constexpr const char* kModeBranch = "branch";
inline constexpr const char* kModeExcluded = "excluded";
/// As a source's manifest writes them.
inline constexpr const char* kIntegrationModes[] = {"merged", "dual_number", kModeBranch, kModeExcluded};

/// "" for a source without a manifest: a partner that speaks our own format.
using ModeOfSource = std::function<std::string(const std::string& source)>;

/// `ticket_no`: "" for a stand-alone record. "" where no source's mode is known.
std::string integrationModeOf(
    ledger::View& view, const std::string& source, const std::string& ticket_no, const ModeOfSource& mode_of
);

}  // namespace yht::delivery
