#include "gateway/intake/admission/kept_context.h"

namespace yht::intake {

kit::MessageContext adaptingContext(const BesideBytes& beside, base::UnixMillis received_ms) {
    kit::MessageContext context;
    context.content_type = beside.content_type;
    context.file_name = beside.file_name;
    context.origin = beside.origin;
    context.received_ms = received_ms;
    context.trace = true;  // errors are told at the source's paths
    return context;
}

}  // namespace yht::intake
