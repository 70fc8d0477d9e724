// `yht attachments …`: one function a command; all return an ExitCode.
// Uses: app, ledger. Used by: command_line_attachments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/app/commands.h"

namespace yht::app {

struct AttachmentListing {
    std::string source, state;  // state: pending, failed, discarded; "": pending and failed
    std::size_t limit = 200;
};
/// kExitFound where one has failed.
int listAttachments(const CommandOptions& options, const AttachmentListing& listing);

/// What partners brought and no record of theirs names yet, the next to go first: attachments.unnamed_hours_max.
int listUnnamed(const CommandOptions& options, std::size_t limit);

/// `command`: control_attachments.h. kExitFound where one of them is not there.
int decideAttachments(
    const CommandOptions& options, const char* command, const std::vector<std::uint64_t>& ids, const std::string& why
);

}  // namespace yht::app
