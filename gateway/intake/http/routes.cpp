#include "gateway/intake/http/routes.h"

#include "gateway/base/text.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/http/handlers.h"

namespace yht::http {

namespace {

using trust::Right;
using enum RouteListener;

constexpr RightSet kSubmit = anyOf(Right::SubmitOwn);
constexpr RightSet kReads =
    anyOf(Right::ReadOwn, Right::ReadUnit, Right::ReadCity, Right::ReadProvince);
constexpr RightSet kEvidence = anyOf(Right::ReadEvidence);
constexpr RightSet kFiles = anyOf(
    Right::SubmitOwn, Right::ReadOwn, Right::ReadUnit, Right::ReadCity, Right::ReadProvince
);
constexpr RightSet kKnown = anyOf();
constexpr Signature kSigned = Signature::Required;
constexpr Signature kUnsigned = Signature::NotAsked;
constexpr Body kNone = Body::None;
constexpr Body kJson = Body::Json;
constexpr Body kWhole = Body::Whole;
constexpr Body kStreamed = Body::Streamed;
constexpr std::size_t k4MiB = kRecordsBytesMax;
constexpr std::size_t k16MB = intake::kSourceMessageBytesMax;

// clang-format off
constexpr Route kTable[] = {
    // where  method  path                              who may    body       most   signed     handler
    {Partner, "POST", "/v1/records",                    kSubmit,   kJson,     k4MiB, kSigned,   &submitRecords},
    {Partner, "POST", "/v1/sources/{source}/messages",  kSubmit,   kWhole,    k16MB, kSigned,   &submitSourceMessage},
    {Partner, "GET",  "/v1/tickets",                    kReads,    kNone,     0,     kUnsigned, &findTicket},
    {Partner, "GET",  "/v1/tickets/{ticket_no}",        kReads,    kNone,     0,     kUnsigned, &getTicket},
    {Partner, "POST", "/v1/attachments",                kSubmit,   kStreamed, 0,     kSigned,   &uploadAttachment},
    {Partner, "GET",  "/v1/attachments/{digest}",       kFiles,    kNone,     0,     kUnsigned, &getAttachment},
    {Partner, "GET",  "/v1/changes",                    kReads,    kNone,     0,     kUnsigned, &getChanges},
    {Partner, "GET",  "/v1/receipts/{seq}",             kEvidence, kNone,     0,     kUnsigned, &getReceipt},
    {Partner, "GET",  "/v1/checkpoint",                 kEvidence, kNone,     0,     kUnsigned, &getCheckpoint},
    {Partner, "GET",  "/v1/proof",                      kEvidence, kNone,     0,     kUnsigned, &getProof},
    {Partner, "GET",  "/v1/codes/{list}",               kKnown,    kNone,     0,     kUnsigned, &getCodes},
    {Partner, "GET",  "/v1/schema/records.schema.json", kKnown,    kNone,     0,     kUnsigned, &getSchema},
    {Partner, "GET",  "/v1/schema/codes.json",          kKnown,    kNone,     0,     kUnsigned, &getAllCodes},
    {Partner, "GET",  "/v1/schema/fields.md",           kKnown,    kNone,     0,     kUnsigned, &getFields},
    {Partner, "GET",  "/v1/openapi.yaml",               kKnown,    kNone,     0,     kUnsigned, &getOpenApi},
    {Admin,   "GET",  "/healthz",                       kKnown,    kNone,     0,     kUnsigned, &getHealth},
    {Admin,   "GET",  "/readyz",                        kKnown,    kNone,     0,     kUnsigned, &getReadiness},
    {Admin,   "GET",  "/metrics",                       kKnown,    kNone,     0,     kUnsigned, &getMetrics},
};
// clang-format on

std::string_view nextSegment(std::string_view& path) {
    path.remove_prefix(1);  // the slash
    const auto end = path.find('/');
    const auto segment = path.substr(0, end);
    path = end == path.npos ? std::string_view() : path.substr(end);
    return segment;
}

/// nullopt where the path is another's; parameters still encoded.
std::optional<std::map<std::string, std::string>> match(
    std::string_view pattern, std::string_view path
) {
    std::map<std::string, std::string> parameters;
    while (!pattern.empty() && !path.empty()) {
        const auto expected = nextSegment(pattern);
        const auto given = nextSegment(path);
        if (expected.starts_with('{')) {
            if (given.empty()) return std::nullopt;
            parameters.emplace(expected.substr(1, expected.size() - 2), given);
        } else if (expected != given) {
            return std::nullopt;
        }
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return parameters;
}

std::optional<std::string> decodeText(std::string_view text, bool plus_is_space) {
    auto decoded = percentDecode(text, plus_is_space);
    if (decoded && !base::countCodePoints(*decoded)) return std::nullopt;
    return decoded;
}

}  // namespace

const char* listenerName(RouteListener listener) {
    return listener == Partner ? "partner" : "admin";
}

bool hasAnyOf(const trust::Partner& partner, RightSet rights) {
    if (rights == 0) return true;
    for (unsigned bit = 0; bit < 32; ++bit) {
        if ((rights & (1U << bit)) != 0 && partner.may(static_cast<trust::Right>(bit))) return true;
    }
    return false;
}

std::span<const Route> routeTable() {
    return kTable;
}

base::Result<RouteMatch> findRoute(
    std::span<const Route> table, RouteListener listener, std::string_view method,
    std::string_view path
) {
    RouteMatch result;
    for (const Route& route : table) {
        if (route.listener != listener) continue;
        auto parameters = match(route.path, path);
        if (!parameters) continue;
        if (method != route.method) {
            result.allow += (result.allow.empty() ? "" : ", ") + std::string(route.method);
            continue;
        }
        for (auto& [name, value] : *parameters) {
            auto decoded = decodeText(value, false);
            if (!decoded) return base::makeError(base::ErrorCode::RequestMalformed, "path segment");
            value = std::move(*decoded);
        }
        result.route = &route;
        result.parameters = std::move(*parameters);
        return result;
    }
    return result;
}

base::Result<std::map<std::string, std::string>> parseQuery(std::string_view query) {
    std::map<std::string, std::string> parameters;
    const auto invalid = [](const char* detail) {
        return base::makeError(base::ErrorCode::ParameterInvalid, detail);
    };
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query = end == query.npos ? std::string_view() : query.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = decodeText(pair.substr(0, equals), true);
        auto value =
            decodeText(equals == pair.npos ? std::string_view() : pair.substr(equals + 1), true);
        if (!name || !value) return invalid("encoding");
        if (parameters.size() == kQueryParametersMax) return invalid("too many parameters");
        if (!parameters.emplace(std::move(*name), std::move(*value)).second)
            return invalid("given twice");
    }
    return parameters;
}

}  // namespace yht::http
