#include "tools/centre-sim/desk.h"

#include <chrono>
#include <stdexcept>

#include "gateway/base/time_text.h"
#include "tools/centre-sim/story.h"

namespace yht::centre_sim {

namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS ticket(
    number TEXT PRIMARY KEY, ticket_no TEXT NOT NULL, source TEXT NOT NULL, handling TEXT NOT NULL,
    appeal_ms INTEGER NOT NULL, handled INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS ticket_by_no ON ticket(ticket_no) WHERE ticket_no != '';
CREATE TABLE IF NOT EXISTS received(
    seq INTEGER PRIMARY KEY, ticket_no TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL,
    source TEXT NOT NULL, ref TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox(
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, number TEXT NOT NULL,
    due_ms INTEGER NOT NULL, json TEXT NOT NULL, state INTEGER NOT NULL, ticket_no TEXT NOT NULL, seq TEXT NOT NULL,
    problem TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_queued ON outbox(id) WHERE state = 0;
CREATE TABLE IF NOT EXISTS attachment(
    digest TEXT PRIMARY KEY, media_type TEXT NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
)sql";

constexpr int kAcknowledged = 1, kRefused = 2;

std::string padded(std::int64_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string civil(base::UnixMillis now_ms, const char* pattern) {
    return base::formatCivil(base::toCivil(now_ms, base::kShanghaiOffsetSeconds), pattern);
}

stage::Json parsed(const std::string& json) {
    auto document = stage::parseJson(json);
    if (!document || !document->IsObject()) throw std::runtime_error("a record is no JSON object");
    return std::move(*document);
}

std::string identityOf(const stage::JsonValue& record) {
    std::string identity;
    for (const char* name : {"source", "kind", "record_ref", "version", "correction"})
        identity += stage::textOf(record, name) + "\n";
    return identity;
}

std::string ticketRefOf(const stage::JsonValue& record) {
    const std::string ref = stage::textOf(record, "ticket_ref");
    return ref.empty() ? stage::textOf(record, "record_ref") : ref;
}

}  // namespace

Desk::Desk(DeskOptions options, const Plan& plan, const base::Clock& clock)
    : options_(std::move(options)), plan_(plan), clock_(clock), database_(options_.path, kSchema) {}

std::string Desk::openOwn(
    const std::string& appeal_json, const std::string& handling,
    const std::vector<std::size_t>& order
) {
    const auto appeal = parsed(appeal_json);
    Ticket ticket{
        .number = ticketRefOf(appeal),
        .ticket_no = {},
        .source = stage::textOf(appeal, "source"),
        .handling = handling};
    const auto time = base::parseRfc3339(stage::textOf(appeal, "event_time"));
    ticket.appeal_ms = time.value_or(clock_.nowMillis());
    const std::scoped_lock lock(mutex_);
    stage::Transaction transaction(database_);
    if (findTicket("number", ticket.number))
        return ticket.number;  // posted before, perhaps by an earlier run
    if (order.empty()) {
        putTicket(ticket);
        putOutbox(appeal_json, ticket.number, 0);
    } else {
        std::vector<std::string> records{appeal_json};
        for (auto& step : tellStory(
                 handling,
                 {ticket.source, ticket.number, "", ticket.appeal_ms, clock_.nowMillis(), 0}
             ))
            records.push_back(std::move(step.json));
        ticket.handled = true;
        putTicket(ticket);
        for (const std::size_t position : order) putOutbox(records.at(position), ticket.number, 0);
    }
    transaction.commit();
    woken_ = true;
    work_.notify_all();
    return ticket.number;
}

bool Desk::queue(const std::string& json) {
    const std::scoped_lock lock(mutex_);
    stage::Transaction transaction(database_);
    const bool fresh = putOutbox(json, "", 0);
    transaction.commit();
    woken_ = true;
    work_.notify_all();
    return fresh;
}

std::string Desk::newOwnNumber() {
    const std::scoped_lock lock(mutex_);
    const std::string day = civil(clock_.nowMillis(), "%Y%m%d");
    return "ZZ" + day + "-" + padded(next("own" + day), 6);
}

bool Desk::putOutbox(const std::string& json, const std::string& number, base::UnixMillis due_ms) {
    stage::Statement(
        database_,
        "INSERT OR IGNORE INTO outbox(identity, number, due_ms, json, state, ticket_no, seq, "
        "problem)"
        " VALUES(?, ?, ?, ?, 0, '', '', '')"
    )
        .text(identityOf(parsed(json)))
        .text(number)
        .integer(due_ms)
        .text(json)
        .run();
    return database_.changes() == 1;
}

void Desk::putTicket(const Ticket& ticket) {
    stage::Statement(database_, "INSERT OR REPLACE INTO ticket VALUES(?, ?, ?, ?, ?, ?)")
        .text(ticket.number)
        .text(ticket.ticket_no)
        .text(ticket.source)
        .text(ticket.handling)
        .integer(ticket.appeal_ms)
        .integer(ticket.handled)
        .run();
}

std::optional<Desk::Ticket> Desk::findTicket(const char* column, const std::string& value) {
    const std::string sql =
        "SELECT number, ticket_no, source, handling, appeal_ms, handled FROM ticket WHERE " +
        std::string(column) + " = ? AND " + column + " != ''";  // as its index says
    stage::Statement row(database_, sql.c_str());
    if (!row.text(value).step()) return std::nullopt;
    return Ticket{row.textAt(0), row.textAt(1),    row.textAt(2),
                  row.textAt(3), row.integerAt(4), row.integerAt(5) != 0};
}

/// Once a ticket, when both its appeal and the gateway's number are known.
void Desk::handle(Ticket ticket) {
    for (auto& step : tellStory(
             ticket.handling, {ticket.source, ticket.number, ticket.ticket_no, ticket.appeal_ms,
                               clock_.nowMillis(), options_.delay_ms}
         ))
        putOutbox(step.json, ticket.number, step.due_ms);
    ticket.handled = true;
    putTicket(ticket);
}

std::vector<std::optional<Desk::Receipt>> Desk::take(
    const std::vector<std::optional<Delivered>>& items
) {
    std::vector<std::optional<Receipt>> receipts;
    const std::scoped_lock lock(mutex_);
    stage::Transaction transaction(database_);
    for (const auto& item : items)
        receipts.push_back(item ? std::optional(takeOne(*item)) : std::nullopt);
    transaction.commit();
    woken_ = true;
    work_.notify_all();
    return receipts;
}

Desk::Taken Desk::takeAttachment(const Attachment& attachment) {
    const std::scoped_lock lock(mutex_);
    stage::Statement(database_, "INSERT INTO attachment VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .text(attachment.digest)
        .text(attachment.media_type)
        .integer(static_cast<std::int64_t>(attachment.bytes.size()))
        .text(attachment.bytes)
        .run();
    return database_.changes() == 1 ? Taken::New : Taken::Duplicate;
}

Desk::Receipt Desk::takeOne(const Delivered& item) {
    const auto record = parsed(item.json);
    stage::Statement known(database_, "SELECT number FROM received WHERE seq = ?");
    if (known.integer(item.seq).step()) {
        next("duplicates");
        return {Taken::Duplicate, known.textAt(0)};
    }
    std::string number;
    if (!item.ticket_no.empty()) {
        auto ticket = findTicket("ticket_no", item.ticket_no);
        const std::string year = civil(clock_.nowMillis(), "%Y");
        if (!ticket) {
            ticket = Ticket{
                .number = "CZ-" + year + "-" + padded(next("cz" + year), 6),
                .ticket_no = item.ticket_no,
                .source = options_.source,
                .handling = {}};
            putTicket(*ticket);
        }
        number = ticket->number;
        const bool appeal =
            stage::textOf(record, "kind") == "appeal" && stage::textOf(record, "op") != "void";
        if (appeal && !ticket->handled && !item.for_information) {
            ticket->appeal_ms = base::parseRfc3339(stage::textOf(record, "event_time"))
                                    .value_or(clock_.nowMillis());
            ticket->handling = plan_.handlingOf(
                stage::textOf(record, "source"), stage::textOf(record, "record_ref")
            );
            handle(*ticket);
        }
    }
    stage::Statement(database_, "INSERT INTO received VALUES(?, ?, ?, ?, ?, ?, ?)")
        .integer(item.seq)
        .text(item.ticket_no)
        .text(number)
        .text(stage::textOf(record, "kind"))
        .text(stage::textOf(record, "source"))
        .text(stage::textOf(record, "record_ref"))
        .text(item.json)
        .run();
    return {Taken::New, number};
}

std::vector<OutboxRow> Desk::due(std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    std::vector<OutboxRow> rows;
    stage::Statement row(
        database_, "SELECT id, json FROM outbox WHERE state = 0 AND due_ms <= ? ORDER BY id LIMIT ?"
    );
    row.integer(clock_.nowMillis()).integer(static_cast<std::int64_t>(limit));
    while (row.step()) rows.push_back({row.integerAt(0), row.textAt(1)});
    return rows;
}

void Desk::settle(
    const std::vector<OutboxRow>& rows,
    const std::vector<speaker::Acknowledgement>& acknowledgements
) {
    const std::scoped_lock lock(mutex_);
    stage::Transaction transaction(database_);
    for (std::size_t i = 0; i < rows.size() && i < acknowledgements.size(); ++i) {
        const auto& ack = acknowledgements[i];
        stage::Statement(
            database_,
            "UPDATE outbox SET state = ?, ticket_no = ?, seq = ?, problem = ? WHERE id = ?"
        )
            .integer(ack.taken() ? kAcknowledged : kRefused)
            .text(ack.ticket_no)
            .text(ack.seq)
            .text(ack.problem)
            .integer(rows[i].id)
            .run();
        if (!ack.taken() || ack.kind != "appeal") continue;
        auto ticket = findTicket("number", ticketRefOf(parsed(rows[i].json)));
        if (!ticket) continue;
        if (ticket->ticket_no.empty()) {
            ticket->ticket_no = ack.ticket_no;
            putTicket(*ticket);
        }
        if (!ticket->handled) handle(*ticket);
    }
    transaction.commit();
}

void Desk::waitForWork(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    work_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return woken_; });
    woken_ = false;
}

void Desk::wake() {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    work_.notify_all();
}

std::int64_t Desk::next(const std::string& counter) {
    stage::Statement row(
        database_,
        "INSERT INTO counter VALUES(?, 1) ON CONFLICT(name) DO UPDATE SET value = value + 1"
        " RETURNING value"
    );
    row.text(counter).step();
    const std::int64_t value = row.integerAt(0);
    row.step();
    return value;
}

}  // namespace yht::centre_sim
