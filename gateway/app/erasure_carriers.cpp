#include "gateway/app/erasure_carriers.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>

#include "gateway/intake/admission/message_payload.h"
#include "gateway/json/json.h"
#include "gateway/ledger/store/ticket_reader.h"

namespace yht::app {
namespace {

/// source, kind, record_ref as their texts stand in a body.
using Name = std::tuple<std::string, std::string, std::string>;

Name nameOf(const rapidjson::Value& item) {
    return {
        json::textMember(item, "source"), json::textMember(item, "kind"),
        json::textMember(item, "record_ref")};
}

bool carries(const std::set<Name>& names, const ledger::Entry& message) {
    const auto payload = intake::decodeMessagePayload(message.payload);
    if (!payload.ok()) return false;
    const auto body = json::parse(payload->body);
    if (!body.ok()) return false;
    const auto named = [&](const rapidjson::Value& item) {
        return item.IsObject() && names.contains(nameOf(item));
    };
    if (!body->IsArray()) return named(*body);
    return std::any_of(body->Begin(), body->End(), named);
}

}  // namespace

base::Result<ledger::Carries> carriersOf(ledger::View& view, const std::string& ticket_no) {
    const auto stored = ledger::readTicket(view, ticket_no);
    if (!stored.ok()) return stored.error();
    auto names = std::make_shared<std::set<Name>>();
    for (const auto& one : stored->records) {
        const auto& record = one.record;
        names->insert(
            {record.source(), ticket::kindRow(record.kind()).name,
             record.text(ticket::Field::record_ref)}
        );
    }
    return ledger::Carries([names](const ledger::Entry& message) {
        return carries(*names, message);
    });
}

}  // namespace yht::app
