// A ticket is shown to whoever may see it; for anybody else it is not there (404, as if it had
// never been).
#include "gateway/intake/admission/visibility.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/ticket_json.h"

namespace yht::http {

namespace {

using base::ErrorCode;

base::Result<Answer> ticketAnswer(
    Services& services, const Request& request, ledger::View& view, const std::string& ticket_no
) {
    if (!view.hasTicket(ticket_no) || !intake::maySee(view, request.partner(), ticket_no)) {
        return base::makeError(ErrorCode::NotFound);
    }
    auto stored = ledger::readTicket(view, ticket_no);
    if (!stored) return std::move(stored).error();
    const auto folded =
        foldStored(*stored, services.calendar, services.fold_rules, services.clock.nowMillis());
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    const auto hidden = hiddenPersons(view, request.partner(), *stored, folded);
    writeTicket(out, *stored, folded, hidden ? &*hidden : nullptr, attachmentsState(view, ticket_no));
    return jsonAnswer(text);
}

}  // namespace

base::Result<Answer> getTicket(Services& services, const Request& request) {
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    return ticketAnswer(services, request, **snapshot, request.path.at("ticket_no"));
}

base::Result<Answer> findTicket(Services& services, const Request& request) {
    const auto source = request.query.find("source");
    const auto number = request.query.find("ticket_ref");
    if (source == request.query.end() || number == request.query.end() || source->second.empty() ||
        number->second.empty()) {
        return base::makePublicError(
            ErrorCode::ParameterInvalid, "source and ticket_ref are both needed.",
            "须同时提供 source 与 ticket_ref。"
        );
    }
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    const auto ticket_no = (*snapshot)->findTicket(source->second, number->second);
    if (!ticket_no) return base::makeError(ErrorCode::NotFound);
    return ticketAnswer(services, request, **snapshot, *ticket_no);
}

base::Result<std::uint64_t> numberParameter(
    const Request& request, const std::string& name, std::uint64_t fallback, std::uint64_t min,
    std::uint64_t max
) {
    constexpr std::size_t kDigitsMax = 19;  // any of them fits into 64 bits
    const auto found = request.query.find(name);
    std::uint64_t value = fallback;
    if (found != request.query.end()) {
        const std::string& text = found->second;
        const bool digits = !text.empty() && text.size() <= kDigitsMax &&
                            text.find_first_not_of("0123456789") == std::string::npos;
        value = digits ? std::stoull(text) : max;
        if (!digits) value = max == UINT64_MAX ? max : max + 1;  // out of range, and told so below
    }
    if (value >= min && value <= max) return value;
    const std::string range = std::to_string(min) + " – " + std::to_string(max);
    return base::makePublicError(
        ErrorCode::ParameterInvalid, name + " must be a whole number, " + range + ".",
        name + " 须为整数,范围 " + range + "。"
    );
}

}  // namespace yht::http
