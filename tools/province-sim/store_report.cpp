// What /stats, /records, /tickets and /receipts show of the store: the oracle of the fault tests.
#include "tools/province-sim/store.h"

namespace yht::province_sim {

namespace {

std::int64_t single(stage::Database& database, const char* sql) {
    stage::Statement row(database, sql);
    return row.step() ? row.integerAt(0) : 0;
}

}  // namespace

void Store::writeCounts(stage::JsonWriter& writer) {
    const auto number = [&](const char* name, const char* sql) {
        writer.Key(name);
        writer.Int64(single(database_, sql));
    };
    number("rows", "SELECT count(*) FROM taken");
    number("held", "SELECT count(*) FROM held");
    number("tickets", "SELECT count(*) FROM ticket WHERE has_appeal");
    number("receipts", "SELECT count(*) FROM receipt");
    stage::Statement row(
        database_,
        "SELECT name, value FROM counter WHERE name NOT GLOB '[A-Z][A-Z][0-9]*' ORDER BY name"
    );
    while (row.step()) {
        writer.Key(row.textAt(0).c_str());
        writer.Int64(row.integerAt(1));
    }
}

void Store::writeTickets(stage::JsonWriter& writer) {
    stage::Statement row(
        database_,
        "SELECT t.ticket, ifnull(k.province_number, ''), t.kind, count(*) FROM taken t"
        " LEFT JOIN ticket k ON k.ticket = t.ticket WHERE t.ticket != ''"
        " GROUP BY t.ticket, t.kind ORDER BY t.ticket, t.kind"
    );
    writer.StartObject();
    std::string open;
    while (row.step()) {
        if (row.textAt(0) != open) {
            if (!open.empty()) {
                writer.EndObject();
                writer.EndObject();
            }
            open = row.textAt(0);
            writer.Key(open.c_str());
            writer.StartObject();
            stage::writeText(writer, "SJBH", row.textAt(1));
            writer.Key("kinds");
            writer.StartObject();
        }
        writer.Key(row.textAt(2).c_str());
        writer.Int64(row.integerAt(3));
    }
    if (!open.empty()) {
        writer.EndObject();
        writer.EndObject();
    }
    writer.EndObject();
}

std::int64_t Store::writeRecords(
    stage::JsonWriter& writer, std::int64_t after, std::int64_t limit, const std::string& ticket
) {
    stage::Statement row(
        database_,
        "SELECT id, appid, number, kind, ticket, source, ref, version, message_id, body FROM taken"
        " WHERE id > ? AND (? = '' OR ticket = ?) ORDER BY id LIMIT ?"
    );
    row.integer(after).text(ticket).text(ticket).integer(limit);
    static constexpr const char* kNames[] = {"APPID", "XH",   "SJLX", "GDBH",
                                             "LYBS",  "JLBH", "BBH",  "MSGID"};
    std::int64_t last = 0;
    writer.StartArray();
    while (row.step()) {
        last = row.integerAt(0);
        writer.StartObject();
        for (int column = 0; column < 8; ++column)
            stage::writeText(writer, kNames[column], row.textAt(column + 1));
        const std::string body = row.textAt(9);
        writer.Key("record");
        writer.RawValue(body.data(), body.size(), rapidjson::kObjectType);
        writer.EndObject();
    }
    writer.EndArray();
    return last;
}

void Store::writeFiles(stage::JsonWriter& writer, std::int64_t after, std::int64_t limit) {
    stage::Statement row(
        database_,
        "SELECT id, digest, media_type, name, size, appid, message_id, rows_before FROM file"
        " WHERE id > ? ORDER BY id LIMIT ?"
    );
    row.integer(after).integer(limit);
    static constexpr const char* kNames[] = {"FJZY", "MTLX", "WJM", "ZJS", "APPID", "MSGID"};
    writer.StartArray();
    while (row.step()) {
        writer.StartObject();
        for (int column = 0; column < 6; ++column) stage::writeText(writer, kNames[column], row.textAt(column + 1));
        writer.Key("rows_before");
        writer.Int64(row.integerAt(7));
        writer.EndObject();
    }
    writer.EndArray();
}

void Store::writeReceipts(stage::JsonWriter& writer, std::int64_t after, std::int64_t limit) {
    stage::Statement row(
        database_, "SELECT id, json FROM receipt WHERE id > ? ORDER BY id LIMIT ?"
    );
    row.integer(after).integer(limit);
    writer.StartArray();
    while (row.step()) {
        const std::string json = row.textAt(1);
        writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    }
    writer.EndArray();
}

}  // namespace yht::province_sim
