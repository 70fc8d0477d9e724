// What /stats, /tickets and /outbox show of the desk.
#include "tools/centre-sim/desk.h"

namespace yht::centre_sim {

void Desk::writeCounts(stage::JsonWriter& writer) {
    const std::scoped_lock lock(mutex_);
    const auto number = [&](const char* name, const char* sql) {
        stage::Statement row(database_, sql);
        row.step();
        writer.Key(name);
        writer.Int64(row.integerAt(0));
    };
    number("tickets", "SELECT count(*) FROM ticket");
    number("handled", "SELECT count(*) FROM ticket WHERE handled");
    number("received", "SELECT count(*) FROM received");
    number("attachments", "SELECT count(*) FROM attachment");
    number("duplicates", "SELECT ifnull((SELECT value FROM counter WHERE name = 'duplicates'), 0)");
    number("queued", "SELECT count(*) FROM outbox WHERE state = 0");
    number("acknowledged", "SELECT count(*) FROM outbox WHERE state = 1");
    number("refused", "SELECT count(*) FROM outbox WHERE state = 2");
}

void Desk::writeTickets(stage::JsonWriter& writer, std::int64_t limit) {
    const std::scoped_lock lock(mutex_);
    stage::Statement row(
        database_, "SELECT number, ticket_no, source, handled FROM ticket ORDER BY number LIMIT ?"
    );
    row.integer(limit);
    writer.StartArray();
    while (row.step()) {
        writer.StartObject();
        stage::writeText(writer, "number", row.textAt(0));
        stage::writeText(writer, "ticket_no", row.textAt(1));
        stage::writeText(writer, "source", row.textAt(2));
        writer.Key("handled");
        writer.Bool(row.integerAt(3) != 0);
        writer.EndObject();
    }
    writer.EndArray();
}

void Desk::writeAttachments(stage::JsonWriter& writer, std::int64_t limit) {
    const std::scoped_lock lock(mutex_);
    stage::Statement row(
        database_, "SELECT digest, media_type, size FROM attachment ORDER BY digest LIMIT ?"
    );
    row.integer(limit);
    writer.StartArray();
    while (row.step()) {
        writer.StartObject();
        stage::writeText(writer, "digest", row.textAt(0));
        stage::writeText(writer, "media_type", row.textAt(1));
        stage::writeText(writer, "size_bytes", std::to_string(row.integerAt(2)));
        writer.EndObject();
    }
    writer.EndArray();
}

void Desk::writeOutbox(stage::JsonWriter& writer, std::int64_t limit) {
    static constexpr const char* kStates[] = {"queued", "acknowledged", "refused"};
    const std::scoped_lock lock(mutex_);
    stage::Statement row(
        database_,
        "SELECT state, number, ticket_no, seq, problem, json FROM outbox ORDER BY id LIMIT ?"
    );
    row.integer(limit);
    writer.StartArray();
    while (row.step()) {
        writer.StartObject();
        stage::writeText(writer, "state", kStates[row.integerAt(0) % 3]);
        stage::writeText(writer, "number", row.textAt(1));
        stage::writeText(writer, "ticket_no", row.textAt(2));
        stage::writeText(writer, "seq", row.textAt(3));
        stage::writeText(writer, "problem", row.textAt(4));
        const std::string json = row.textAt(5);
        writer.Key("record");
        writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
        writer.EndObject();
    }
    writer.EndArray();
}

}  // namespace yht::centre_sim
