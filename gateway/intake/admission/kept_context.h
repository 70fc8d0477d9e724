// A message that is mapped again (再映射): what its adapter is told beside the bytes, as on the day when it came.
// Uses: message_payload, kit/inbound. Used by: quarantine_desk, readmission, source_run, attach, app (readapting).
#pragma once

#include "adapters/kit/inbound/adapter.h"
#include "gateway/intake/admission/message_payload.h"

namespace yht::intake {

/// With traces. `received_ms`: of its entry.
kit::MessageContext adaptingContext(const BesideBytes& beside, base::UnixMillis received_ms);

}  // namespace yht::intake
