#include "gateway/app/control_phones.h"

#include <algorithm>
#include <set>

#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

constexpr std::size_t kDigestBytes = 32;

struct Found {
    std::size_t records = 0;
    std::vector<std::string> tickets;
    std::vector<ledger::Seq> stand_alone;
    bool more = false;
};

Found find(ledger::View& view, base::BytesView digest) {
    Found found;
    auto names = view.phoneNames(digest, 0, kPhoneRecordsMax + 1);
    found.more = names.size() > kPhoneRecordsMax;
    found.records = names.size();
    std::set<std::string> told;
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        const bool alone = name->ticket_no.empty();
        if (!alone && !told.insert(name->ticket_no).second) continue;
        const auto count = alone ? found.stand_alone.size() : found.tickets.size();
        if (count >= kPhoneTicketsMax) {
            found.more = true;
        } else if (alone) {
            found.stand_alone.push_back(name->seq);
        } else {
            found.tickets.push_back(name->ticket_no);
        }
    }
    return found;
}

std::string answerOf(const Found& found) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    writer.Key("more");
    writer.Bool(found.more);
    json::writeNumber(writer, "records", found.records);
    writer.Key("stand_alone");
    writer.StartArray();
    for (const auto seq : found.stand_alone) writer.Uint64(seq);
    writer.EndArray();
    writer.Key("tickets");
    writer.StartArray();
    for (const auto& ticket_no : found.tickets) writer.String(ticket_no);
    writer.EndArray();
    writer.EndObject();
    return buffer.GetString();
}

/// Noted before it is told: what can't be noted is not told.
base::Result<std::string> findPhone(ControlServices& services, const ControlCall& call) {
    const auto digest = base::fromHex(call.argument("number"));
    if (!digest || digest->size() != kDigestBytes) {
        return base::makePublicError(
            base::ErrorCode::ParameterInvalid, "number: 64 hexadecimal digits.", "number 须为 64 位十六进制。"
        );
    }
    const auto noted = services.store.run([&](ledger::Transaction& transaction) {
        return appendAudit(transaction, services, call);
    });
    if (!noted.ok()) return noted.error();
    auto view = services.store.snapshot();
    if (!view.ok()) return std::move(view).error();
    return answerOf(find(**view, *digest));
}

}  // namespace

std::vector<ControlCommand> phoneCommands() {
    return {{kFindPhone, {"number"}, true, findPhone, kSecurityRole | kAuditRole, always}};
}

}  // namespace yht::app
