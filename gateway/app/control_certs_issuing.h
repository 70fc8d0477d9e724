// What a certificate authority is used for, told to the ledger (签发与吊销的复核与留痕), as control commands:
//   certs.permit  {"act","authority","profile","partner","subject","serial","key","count","reason"}   before: an audit entry that allows
//                 it, by a security operator and, but for publish_crl, a second person. Answers {"permit": its number}
//   certs.record  a line of the authority's journal (certs/journal.h), a column an argument                after: an audit entry with what
//                 came of it. Lines come in the order of the journal; the last one again is taken in once. Answers {"entry": its number}
// The authority's key never comes here: who asks has it, and signs on their machine (certs_permission.h). Arguments are ids, numbers and
// SHA-256 digests, never personal data: who approves sees them.
// Uses: control, certs (journal). Used by: control_client, certs_permission.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kPermitCertificate = "certs.permit";
inline constexpr const char* kRecordCertificate = "certs.record";

std::vector<ControlCommand> certificateIssuingCommands();

}  // namespace yht::app
