// Error: a planned answer (refusal) or a caught fault, as a value. Codes come from one table.
// Uses: std. Used by: everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yht::base {

enum class ErrorCode : std::uint8_t {
#define YHT_ERROR(name, wire, http, fault, retry, en, zh) name,
#include "gateway/base/error_codes.def"
#undef YHT_ERROR
};

enum class Retry : std::uint8_t { Never, Fixed, Later };
enum class Fault : std::uint8_t { Sender, Receiver };

/// One row of error_codes.def. Strings are NUL-terminated literals.
struct ErrorRow {
    ErrorCode code;
    const char* name;  // the C++ name, for logs and the reference page
    const char* wire;  // stable; partners match on it
    int http_status;
    Fault fault;
    Retry retry;
    const char* en;
    const char* zh;
};

/// The whole table, in file order. Index = static_cast<size_t>(code).
const std::vector<ErrorRow>& errorTable();
const ErrorRow& errorRow(ErrorCode code);
std::optional<ErrorCode> findErrorCode(std::string_view wire);

/// What went wrong inside one request, at a place in it. Never carries a value, only names and limits.
struct FieldError {
    std::string pointer;  // RFC 6901 JSON pointer into the body, "" for the whole
    std::string code;     // stable snake_case, for example "too_long"
    std::string limit;    // the bound or list that was broken, "" if none
    std::string en;
    std::string zh;
    bool operator==(const FieldError&) const = default;
};

/// A refusal or a fault. The table's texts go to the partner; `detail` is for our log only and may name
/// paths, peers and library messages, but never personal data.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string detail;               // log only
    std::string public_en;            // may go out: what, where, what to do; no path, SQL, host or payload
    std::string public_zh;
    std::vector<FieldError> fields;   // every error of a record at once
    std::string signature_base;       // 401 on signatures only: the base as we built it
    std::uint32_t retry_after_s = 0;  // > 0: goes out as Retry-After

    const ErrorRow& row() const { return errorRow(code); }
};

/// An error with a log detail and the table's public text.
Error makeError(ErrorCode code, std::string detail = {});
/// An error whose public text says more than the table's row. Both languages are required.
Error makePublicError(ErrorCode code, std::string en, std::string zh, std::string detail = {});

/// "wire: english text (detail)", for logs and command-line output.
std::string describe(const Error& error);

}  // namespace yht::base
