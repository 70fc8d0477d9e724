#include "gateway/app/control_certs_issuing.h"

#include <charconv>

#include "gateway/certs/journal.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using certs::JournalLine;

constexpr const char* kPublish = "publish_crl";

base::Error wrong(const std::string& en, const std::string& zh, std::string detail = {}) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh, std::move(detail));
}

/// The cells of a journal line out of the arguments of the same names; "" those that are not there.
base::Result<JournalLine> lineOf(const ControlCall& call) {
    std::vector<std::string> cells;
    for (const char* column : certs::kJournalColumns) {
        const auto found = call.request.arguments.find(column);
        cells.push_back(found == call.request.arguments.end() ? "" : found->second);
    }
    auto line = JournalLine::of(cells);
    if (line.ok()) return line;
    return wrong("That is no line of an authority's journal.", "不是 CA 签发日志的内容。", base::describe(line.error()));
}

bool isDigest(const std::string& text) { return text.size() == 64 && base::fromHex(text).has_value(); }

/// Ids, digests and numbers, and nothing that could be a person's.
base::Status checkPermit(ControlServices& services, const ControlCall& call) {
    JournalLine asked{services.clock.nowMillis(), call.argument("act"), call.argument("authority"), "", "", call.argument("profile"),
                      call.argument("partner"), call.argument("subject"), call.argument("serial"), "", call.argument("reason"), ""};
    if (auto line = JournalLine::of(asked.cells()); !line.ok()) {
        return wrong("What is to be done is not told as it should be.", "请求内容有误。", base::describe(line.error()));
    }
    const auto& key = call.argument("key");
    const auto& count = call.argument("count");
    unsigned number = 0;
    const auto read = std::from_chars(count.data(), count.data() + count.size(), number);
    const bool counted = read.ec == std::errc() && read.ptr == count.data() + count.size() && number > 0;
    if (counted && (key.empty() || isDigest(key))) return {};
    return wrong("What is to be done is not told as it should be.", "请求内容有误。", "key, count");
}

base::Result<std::string> appendNumbered(ControlServices& services, const ControlCall& call, const char* name) {
    ledger::Seq entry = 0;
    const auto done = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        auto appended = appendAuditEntry(transaction, services, call);
        if (!appended.ok()) return std::move(appended).error();
        entry = *appended;
        return {};
    });
    if (!done.ok()) return done.error();
    return std::string("{\"") + name + "\":" + std::to_string(entry) + "}";
}

base::Result<std::string> permit(ControlServices& services, const ControlCall& call) {
    if (auto checked = checkPermit(services, call); !checked.ok()) return std::move(checked).error();
    return appendNumbered(services, call, "permit");
}

/// The entry that the line says allowed it is a permission for that.
base::Status checkPermitted(ledger::View& view, const JournalLine& line) {
    if (line.permit.empty()) return {};  // a machine without a gateway: the entry says so, by having none
    const auto refused = [&] {
        return wrong("Entry " + line.permit + " is no permission for this.", "第 " + line.permit + " 号条目不是对此操作的许可。");
    };
    ledger::Seq number = 0;
    std::from_chars(line.permit.data(), line.permit.data() + line.permit.size(), number);
    const auto entry = view.entry(number);
    // What was asked and never approved is an entry, too.
    if (!entry.ok() || entry->header.type != ledger::EntryType::Audit || isOnlyAsked(entry->payload)) return refused();
    const auto request = requestOfAudit(entry->payload);
    if (!request.ok() || request->command != kPermitCertificate) return refused();
    const auto& arguments = request->arguments;
    bool same = arguments.at("act") == line.act && arguments.at("authority") == line.authority;
    if (line.act == "issue") same = same && arguments.at("profile") == line.profile;
    if (line.act == "revoke") same = same && arguments.at("serial") == line.serial;
    return same ? base::Status() : base::Status(refused());
}

std::string cursorOf(const JournalLine& line) { return "certs.journal:" + line.authority; }

/// The line that this ledger took in last from that authority; nullopt none.
base::Result<std::optional<JournalLine>> lastLine(ledger::View& view, ledger::Seq entry_number) {
    if (entry_number == 0) return std::optional<JournalLine>();
    const auto entry = view.entry(entry_number);
    if (!entry.ok()) return entry.error();
    auto request = requestOfAudit(entry->payload);
    if (!request.ok()) return std::move(request).error();
    auto line = lineOf({*request, ""});
    if (!line.ok()) return std::move(line).error();
    return std::optional<JournalLine>(*std::move(line));
}

base::Result<std::string> record(ControlServices& services, const ControlCall& call) {
    const auto line = lineOf(call);
    if (!line.ok()) return line.error();
    ledger::Seq entry = 0;
    const auto done = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        entry = transaction.cursor(cursorOf(*line));
        const auto last = lastLine(transaction, entry);
        if (!last.ok()) return last.error();
        if (*last && (*last)->text() == line->text()) return {};  // the answer was lost: it is in already
        if (*last && line->previous != (*last)->digest()) {
            return wrong(
                "This line does not follow the last one that was taken in: hand the journal in from there on (yht certs journal).",
                "该行与账本中该 CA 的上一条记录不衔接,请按顺序补录(yht certs journal)。"
            );
        }
        if (auto permitted = checkPermitted(transaction, *line); !permitted.ok()) return permitted;
        auto appended = appendAuditEntry(transaction, services, call);
        if (!appended.ok()) return std::move(appended).error();
        entry = *appended;
        return transaction.setCursor(cursorOf(*line), entry);
    });
    if (!done.ok()) return done.error();
    return "{\"entry\":" + std::to_string(entry) + "}";
}

}  // namespace

std::vector<ControlCommand> certificateIssuingCommands() {
    // Publishing says again what was revoked with a second person, and a timer does it.
    const auto second = [](const ControlRequest& request) { return request.arguments.at("act") != kPublish; };
    return {{kPermitCertificate, {"act", "authority", "profile", "partner", "subject", "serial", "key", "count", "reason"}, true, permit,
             kSecurityRole, second, true},
            {kRecordCertificate, {std::begin(certs::kJournalColumns), std::end(certs::kJournalColumns)}, false, record, kSecurityRole, {}, true}};
}

}  // namespace yht::app
