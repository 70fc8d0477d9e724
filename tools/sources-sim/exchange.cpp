#include "tools/sources-sim/exchange.h"

namespace yht::sources_sim {
namespace {

constexpr const char* kTables[] = {
    "CREATE TABLE IF NOT EXISTS t_gd (gdbh TEXT, lx TEXT, ly TEXT, fl TEXT, bt TEXT, nr TEXT, xm TEXT, dh TEXT, sfbm TEXT, qy TEXT, dz TEXT, "
    "zbdw TEXT, xbdw TEXT, slsj TEXT, blqx TEXT, zt TEXT, bjsj TEXT, jglb TEXT, yj TEXT, gxsj TEXT)",
    "CREATE TABLE IF NOT EXISTS t_bz (bh TEXT, gdbh TEXT, jd TEXT, czr TEXT, czdw TEXT, yj TEXT, slsj TEXT, gxsj TEXT)",
    "CREATE TABLE IF NOT EXISTS t_fj (bh TEXT, gdbh TEXT, wjm TEXT, cclj TEXT, slsj TEXT, gxsj TEXT)",
    "CREATE TABLE IF NOT EXISTS t_hf (hfbh BIGINT NOT NULL PRIMARY KEY, gdbh TEXT, fdbh TEXT, lx TEXT, dw TEXT, jglb TEXT, yj TEXT, sj TEXT, "
    "clzt TEXT, slbh TEXT)"};
constexpr const char* kResultColumns[] = {"hfbh", "gdbh", "fdbh", "lx", "dw", "jglb", "yj", "sj"};

/// The column may have had its other name: a release of theirs renames it, the next one takes that back.
void nameColumn(Odbc& database, const std::string& table, const std::string& wanted, const std::string& other) {
    if (database.succeeds("SELECT " + wanted + " FROM " + table + " WHERE 1 = 0")) return;
    database.run("ALTER TABLE " + table + " RENAME COLUMN " + other + " TO " + wanted);
}

/// Half of it; where that is no text any more, in the middle of a character.
std::string cutInHalf(const std::string& text) {
    std::size_t size = text.size() / 2;
    while (size + 1 < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) != 0x80) ++size;
    return text.substr(0, size);
}

std::optional<std::string> valueOf(const Shape& shape, const Member& member, const Troubles& troubles) {
    constexpr std::size_t kShort = 24;  // numbers and times fit
    if (member.text.empty()) return std::nullopt;
    Troubles of_charset = troubles;
    std::erase(of_charset, Trouble::Torn);
    const std::string bytes = written(shape, member.text, of_charset);
    return has(troubles, Trouble::Torn) && bytes.size() > kShort ? cutInHalf(bytes) : bytes;
}

}  // namespace

void prepareExchange(Odbc& database) {
    for (const char* table : kTables) database.run(table);
}

void writeRows(Odbc& database, const Shape& shape, const std::vector<Message>& rows, const Troubles& troubles) {
    prepareExchange(database);
    for (const Message& row : rows) {
        const bool renamed = row.find(shape.renamed) != nullptr;
        nameColumn(database, row.name, renamed ? shape.renamed : shape.number, renamed ? shape.number : shape.renamed);
        std::string columns, places;
        Odbc::Row values;
        for (const Member& each : row.members) {
            columns += (columns.empty() ? "" : ", ") + each.name;
            places += places.empty() ? "?" : ", ?";
            values.push_back(valueOf(shape, each, troubles));
        }
        database.run("INSERT INTO " + row.name + " (" + columns + ") VALUES (" + places + ")", values);
    }
}

std::vector<Message> unansweredResults(Odbc& database) {
    std::string columns;
    for (const char* column : kResultColumns) columns += (columns.empty() ? "" : ", ") + std::string(column);
    std::vector<Message> results;
    for (const auto& row : database.run("SELECT " + columns + " FROM t_hf WHERE clzt IS NULL ORDER BY hfbh")) {
        Message& result = results.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) result.members.push_back({kResultColumns[i], row[i].value_or("")});
        result.name = "t_hf";
        result.ref = result.text("gdbh");
    }
    return results;
}

void answerResult(Odbc& database, const std::string& result_no, bool taken, const std::string& number) {
    database.run("UPDATE t_hf SET clzt = ?, slbh = ? WHERE hfbh = ?", {taken ? "1" : "2", number, result_no});
}

}  // namespace yht::sources_sim
