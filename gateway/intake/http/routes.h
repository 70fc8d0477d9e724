// Every path of the door, as one table. Who may call and how much a body may hold are columns, so
// that no route can forget them. Other rooms (SOAP, callbacks) bring tables of their own; main.cpp
// joins them.
// Uses: trust. Used by: dispatch.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/intake/http/wire.h"
#include "gateway/trust/partner.h"

namespace yht::http {

struct Services;
struct Request;

enum class RouteListener : std::uint8_t { Partner, Admin };
const char* listenerName(RouteListener listener);

/// Rights of which a partner needs any one, as bits 1 << right; 0: whoever is known.
using RightSet = std::uint32_t;
constexpr RightSet anyOf() {
    return 0;
}
template <class... Rights>
constexpr RightSet anyOf(trust::Right first, Rights... others) {
    return (1U << static_cast<unsigned>(first)) | anyOf(others...);
}
bool hasAnyOf(const trust::Partner& partner, RightSet rights);

/// A refusal becomes a problem document in dispatch; handlers don't write any themselves.
using Handler = base::Result<Answer> (*)(Services&, const Request&);

enum class Signature : std::uint8_t { NotAsked, Required };

/// How a body comes to the handler: read whole before it is called, as JSON, or of any media type, which the handler
/// judges; or handed on piece by piece
/// while the handler runs, of any media type, bounded by the room that takes it. Unread: the same, of a message that is
/// signed inside (SOAP): the handler establishes who signed.
enum class Body : std::uint8_t { None, Json, Whole, Streamed, Unread };

/// How a refusal looks to who calls the route; dispatch's own included.
using Refusal = Answer (*)(Services&, const Request&, const base::Error&);

struct Route {
    RouteListener listener;
    const char* method;
    const char* path;  // "/v1/tickets/{ticket_no}": a part in braces takes one segment
    RightSet rights;   // partner listener only
    Body body;
    std::size_t body_bytes_max;  // Json and Whole
    Signature signature;
    Handler handler;
    Refusal refusal = nullptr;  // nullptr: a problem document
};

inline constexpr std::size_t kRecordsBytesMax = 4 * 1024 * 1024;

/// The door's own rows.
std::span<const Route> routeTable();

struct RouteMatch {
    const Route* route = nullptr;                   // nullptr: see allow
    std::map<std::string, std::string> parameters;  // decoded
    std::string allow;  // methods of the path where only the method is wrong
};

/// Errors: RequestMalformed where a segment is not percent-encoded UTF-8.
base::Result<RouteMatch> findRoute(
    std::span<const Route> table, RouteListener listener, std::string_view method,
    std::string_view path
);

inline constexpr std::size_t kQueryParametersMax = 16;

/// Errors: ParameterInvalid: encoding, a name given twice, too many.
base::Result<std::map<std::string, std::string>> parseQuery(std::string_view query);

}  // namespace yht::http
