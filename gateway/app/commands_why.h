// yht ledger show TICKET --why FIELD: where a value came from.
// Uses: provenance, control. Used by: command_line.
#pragma once

#include "gateway/app/commands.h"

namespace yht::app {

struct WhyLine {
    std::string field;    // "title", "appeal/title", "ext/BJLB"
    bool in_clear = false;
    std::string reason;   // of looking at it in clear: kept in the ledger
};
/// An ExitCode: kExitData where the ticket, or the field in it, does not exist; kExitFound where some value's origin can't
/// be told.
int showWhy(const CommandOptions& options, const std::string& ticket_no, const WhyLine& line);

}  // namespace yht::app
