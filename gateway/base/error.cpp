#include "gateway/base/error.h"

#include "gateway/base/assert.h"

namespace yht::base {

const std::vector<ErrorRow>& errorTable() {
    static const std::vector<ErrorRow> table = {
#define YHT_ERROR(name, wire, http, fault, retry, en, zh) \
    {ErrorCode::name, #name, wire, http, Fault::fault, Retry::retry, en, zh},
#include "gateway/base/error_codes.def"
#undef YHT_ERROR
    };
    return table;
}

const ErrorRow& errorRow(ErrorCode code) {
    const auto index = static_cast<std::size_t>(code);
    YHT_ASSERT(index < errorTable().size());
    return errorTable()[index];
}

std::optional<ErrorCode> findErrorCode(std::string_view wire) {
    for (const auto& row : errorTable()) {
        if (wire == row.wire) return row.code;
    }
    return std::nullopt;
}

Error makeError(ErrorCode code, std::string detail) {
    const auto& row = errorRow(code);
    return makePublicError(code, row.en, row.zh, std::move(detail));
}

Error makePublicError(ErrorCode code, std::string en, std::string zh, std::string detail) {
    Error error;
    error.code = code;
    error.detail = std::move(detail);
    error.public_en = std::move(en);
    error.public_zh = std::move(zh);
    return error;
}

std::string describe(const Error& error) {
    std::string text = std::string(error.row().wire) + ": " + error.public_en;
    if (!error.detail.empty()) text += " (" + error.detail + ")";
    for (const auto& field : error.fields) {
        text += "\n  " + (field.pointer.empty() ? std::string("/") : field.pointer) + ": " +
                field.code + ": " + field.en;
    }
    return text;
}

}  // namespace yht::base
