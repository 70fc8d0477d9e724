// Rows of a far side's table (共享中间库). A page of rows is one message, a line of JSON each; the cursor moves to the
// page's last row, with its tie break, so that rows of equal time on either side of a page's edge are neither lost nor
// asked for for ever. The overlap is for the first page of a round only: within a round nothing repeats.
#include "adapters/kit/transport/odbc.h"
#include "gateway/base/time_text.h"
#include "gateway/intake/pull/cursor_text.h"
#include "gateway/intake/pull/puller.h"
#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using kit::DatabasePull;
using kit::NamedStatement;
using kit::SqlRows;
using kit::SqlValue;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

bool isNumber(const std::string& text) {
    return !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
}

SqlValue valueOf(const std::string& text, bool as_number) {
    if (as_number && isNumber(text)) return static_cast<std::int64_t>(std::stoll(text));
    return text;
}

std::string lineOf(const SqlRows& rows, const std::vector<std::optional<std::string>>& row) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        out.Key(rows.columns[i].name.c_str());
        if (row[i]) out.String(*row[i]);
        else out.Null();
    }
    out.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::optional<std::size_t> columnNamed(const SqlRows& rows, const std::string& name) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); };
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        const std::string& column = rows.columns[i].name;
        if (column.size() == name.size() && std::equal(column.begin(), column.end(), name.begin(), same)) return i;
    }
    return std::nullopt;
}

class DatabasePuller final : public Puller {
public:
    DatabasePuller(const DatabasePull& rules, std::uint64_t items_max, std::unique_ptr<kit::OdbcConnection> connection,
                   NamedStatement select, std::optional<NamedStatement> mark)
        : rules_(rules), items_max_(items_max), connection_(std::move(connection)), select_(std::move(select)), mark_(std::move(mark)) {}

    base::Result<PullRound> pull(PullState& state, const PullSide& side) override {
        PullRound round;
        for (bool first = true; side.pace(); first = false) {
            const auto rows = connection_->query(select_.statement, parameters(state, side, first), {.rows_max = rules_.rows_max});
            if (!rows) return rows.error();
            if (rows->rows.empty()) return round;
            if (auto taken = takePage(*rows, state, side, round); !taken) return std::move(taken).error();
            if (rows->rows.size() < rules_.rows_max) return round;
            round.more = round.items >= items_max_;
            if (round.more) return round;
        }
        return round;
    }

private:
    std::vector<SqlValue> parameters(const PullState& state, const PullSide& side, bool first) const {
        std::vector<SqlValue> values;
        for (const std::string& name : select_.names) {
            if (name == "rows") values.emplace_back(static_cast<std::int64_t>(rules_.rows_max));
            if (!rules_.cursor) continue;
            const kit::CursorRule& cursor = *rules_.cursor;
            const bool sequence = cursor.kind == kit::CursorRule::Kind::Sequence;
            const bool back = first && cursor.overlap > 0;
            if (name == "cursor") values.push_back(valueOf(back || state.cursor.empty() ? fromText(cursor, state.cursor) : state.cursor, sequence));
            if (name == "until") values.push_back(valueOf(untilText(cursor, side.now_ms), false));
            if (name == "tie_break") values.push_back(valueOf(back || state.tie_break.empty() ? cursor.tie_break_start : state.tie_break, true));
        }
        return values;
    }

    base::Status takePage(const SqlRows& rows, PullState& state, const PullSide& side, PullRound& round) {
        std::string cursor = state.cursor, tie_break = state.tie_break;
        if (auto moved = lastOf(rows, cursor, tie_break); !moved) return moved;
        if (rules_.cursor && cursor == state.cursor && tie_break == state.tie_break && rows.rows.size() == rules_.rows_max) {
            // More rows of one moment than a page holds, and nothing to tell them apart by.
            return base::makeError(ErrorCode::ManifestInvalid, "a page of rows has one cursor; give cursor.tie_break, or a larger rows_max");
        }
        std::string bytes;
        for (const auto& row : rows.rows) bytes += lineOf(rows, row);
        const trust::PeerEvidence evidence{
            .check = rules_.server_verified ? trust::PeerCheck::Operator : trust::PeerCheck::None, .peer = "odbc",
            .proof = {}, .credential = "connection string"};
        const auto items = side.take({.bytes = std::move(bytes), .file_name = {}, .content_type = "application/x-ndjson",
                                      .what = std::to_string(rows.rows.size()) + " rows", .evidence = evidence});
        if (!items) return items.error();
        round.items += *items;
        state.cursor = cursor;
        state.tie_break = tie_break;
        if (auto remembered = side.remember(); !remembered) return remembered;
        return markRead(rows);
    }

    /// Where the last row stands. Errors: ManifestInvalid where the select does not give the column.
    base::Status lastOf(const SqlRows& rows, std::string& cursor, std::string& tie_break) const {
        if (!rules_.cursor) return {};
        const auto read = [&](const std::string& name, std::string& into) -> base::Status {
            const auto column = columnNamed(rows, name);
            const auto& value = column ? rows.rows.back()[*column] : std::nullopt;
            if (!value) return base::makeError(ErrorCode::ManifestInvalid, "pull.database: the select gives no value of the column " + name);
            into = *value;
            return {};
        };
        if (auto found = read(rules_.cursor->place, cursor); !found) return found;
        const auto at_ms = rules_.cursor->kind == kit::CursorRule::Kind::Time ? cursorMillis(*rules_.cursor, cursor) : std::nullopt;
        if (rules_.cursor->kind == kit::CursorRule::Kind::Time && !at_ms) {
            return base::makeError(ErrorCode::ManifestInvalid, "pull.database.cursor.format: " + rules_.cursor->place + " is written otherwise");
        }
        return rules_.cursor->tie_break.empty() ? base::Status() : read(rules_.cursor->tie_break, tie_break);
    }

    /// After the commit. A crash before it marks them the next time: the rows come again and are duplicates.
    base::Status markRead(const SqlRows& rows) {
        if (!mark_) return {};
        for (const auto& row : rows.rows) {
            std::vector<SqlValue> values;
            for (const std::string& name : mark_->names) {
                const auto column = columnNamed(rows, name);
                if (!column) return base::makeError(ErrorCode::ManifestInvalid, "pull.database.mark: the select gives no column " + name);
                if (row[*column]) values.emplace_back(*row[*column]);
                else values.emplace_back(std::monostate());
            }
            if (auto marked = connection_->execute(mark_->statement, values); !marked) return std::move(marked).error();
        }
        return {};
    }

    const DatabasePull& rules_;
    const std::uint64_t items_max_;
    const std::unique_ptr<kit::OdbcConnection> connection_;
    const NamedStatement select_;
    const std::optional<NamedStatement> mark_;
};

}  // namespace

base::Result<std::unique_ptr<Puller>> makeDatabasePuller(const PullerParts& parts) {
    const kit::PullRules& pull = *parts.manifest.pull;
    const auto& database = std::get<DatabasePull>(pull.way);
    auto select = kit::namedStatement(database.select);
    if (!select) return std::move(select).error();
    std::optional<NamedStatement> mark;
    if (!database.mark.empty()) {
        auto named = kit::namedStatement(database.mark);
        if (!named) return std::move(named).error();
        mark = *std::move(named);
    }
    auto secret = parts.secret(database.connection);
    if (!secret) return std::move(secret).error();
    auto connection = kit::OdbcConnection::open(
        {.connection = *std::move(secret), .charset = database.charset, .connect_timeout_ms = pull.connect_timeout_s * 1000,
         .timeout_ms = pull.timeout_s * 1000},
        parts.stop
    );
    if (!connection) return std::move(connection).error();
    return std::unique_ptr<Puller>(
        new DatabasePuller(database, pull.items_max, *std::move(connection), *std::move(select), std::move(mark))
    );
}

base::Result<std::unique_ptr<Puller>> makePuller(const PullerParts& parts) {
    const auto& way = parts.manifest.pull->way;
    if (std::holds_alternative<kit::HttpPull>(way)) return makeHttpPuller(parts);
    if (std::holds_alternative<DatabasePull>(way)) return makeDatabasePuller(parts);
    return makeFilePuller(parts);
}

}  // namespace yht::intake
