// The six operations, as one table.
// Uses: shape. Used by: schema_text (WSDL), handlers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/intake/soap/shape.h"

namespace yht::soap {

inline constexpr const char* kNamespace = "urn:yihaotong:v1";
inline constexpr const char* kPath = "/soap/v1";
inline constexpr std::size_t kInlineAttachmentBytesMax = 1 << 20;  // base64 inside the envelope; more goes by MTOM

enum class OperationId : std::uint8_t { SubmitRecord, SubmitMessage, UploadAttachment, GetTicket, GetChanges, GetCodes };

struct Operation {
    OperationId id;
    const char* name;  // of the request's element; the answer's is this with "Response"
    const char* note;
    std::span<const Shape> request;
    std::span<const Shape> answer;
};

std::span<const Operation> operations();
/// nullptr where there is none of that name.
const Operation* findOperation(std::string_view name);
/// The detail of every Fault: what REST's problem document says.
std::span<const Shape> problemShape();
std::string soapAction(const Operation& operation);  // "urn:yihaotong:v1/SubmitRecord"

}  // namespace yht::soap
