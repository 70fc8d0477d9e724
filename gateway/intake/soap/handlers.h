// POST /soap/v1: the six operations, each answered by what answers it over REST: the same admission, the same receipts,
// the same sight of tickets. GET /soap/v1?wsdl.
//  1. Content-Type says SOAP 1.1, 1.2 or MTOM; the envelope is read whole (kEnvelopeBytesMax), turned into UTF-8 and
//     parsed by gateway/xml; an attachment behind it is not read yet.
//  2. trust::SoapVerifier: who speaks, and that Body and Timestamp are what was signed.
//  3. The Body's one operation; the right that it needs; its arguments by their shapes.
//  4. xop:Include is looked for in the whole envelope: it is taken as UploadAttachment's content and nowhere else. The
//     attachment is streamed and held against sha256 and size, which the signature covers.
//  5. What REST answers becomes the Body of a signed envelope; a refusal becomes a signed Fault.
// Uses: http, trust (soap_security, soap_signing), envelope_text. Used by: app (main joins the route tables).
#pragma once

#include <span>

#include "gateway/intake/http/request.h"

namespace yht::soap {

std::span<const http::Route> soapRoutes();

}  // namespace yht::soap
