// The malware check: a program of the operator's, given the content on its standard input.
//   exit 0       clean
//   exit 1       refused
//   all else     not checked: another exit code, a signal, no such program, past the deadline, or it
//                ended before it had read the content and did not refuse
// What could not be checked is not taken. The program gets no argument, an empty environment but PATH,
// nothing else of ours; its output is dropped. With ClamAV: a script of one line, `exec clamdscan
// --no-summary -`.
// Uses: sealed_file. Used by: store.
#pragma once

#include "gateway/attachments/sealed_file.h"

namespace yht::attachments {

struct ScanOptions {
    std::string program;  // "": nothing is checked
    std::int64_t deadline_ms = 30'000;
};

/// Feeds the whole content to the program and waits for its verdict. Requires: SIGPIPE is ignored, as
/// the gateway does at its start: a program may end before it has read all.
/// Errors: AttachmentRefused, AttachmentUnchecked, and reading's.
base::Status scan(const ScanOptions& options, SealedReader& content);

}  // namespace yht::attachments
