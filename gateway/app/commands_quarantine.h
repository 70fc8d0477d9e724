// `yht quarantine …` and `yht tickets correct`: one function a command; all return an ExitCode.
// Uses: app, ledger. Used by: command_line_quarantine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/app/commands.h"

namespace yht::app {

struct QuarantineListing {
    std::string source, reason, since;  // reason: a wire code or a fingerprint; since: RFC 3339 or YYYY-MM-DD
    std::string state = "open";         // "all" too
    bool by_reason = false;
    std::size_t limit = 200;
};
/// kExitFound where something waits.
int listQuarantine(const CommandOptions& options, const QuarantineListing& listing);

/// Reason, places and codes. `raw`: the bytes too, which is noted in the ledger with the reason.
int showQuarantined(const CommandOptions& options, std::uint64_t id, bool raw, const std::string& why);

/// `sets`: PATH=TEXT.
int fixQuarantined(
    const CommandOptions& options, std::uint64_t id, const std::vector<std::string>& sets, const std::string& why
);

struct ReplayLine {
    std::vector<std::uint64_t> ids;
    std::string source, reason;
};
/// kExitFound where an item stays open.
int replayQuarantined(const CommandOptions& options, const ReplayLine& line, const std::string& why);
int discardQuarantined(
    const CommandOptions& options, const std::vector<std::uint64_t>& ids, const std::string& why
);

/// `record`: a ticket's number, or the number of a record's entry. `sets`: FIELD=VALUE.
int correctRecordCommand(
    const CommandOptions& options, const std::string& record, const std::vector<std::string>& sets,
    const std::string& why
);

}  // namespace yht::app
