// A table that is shared with a source (中间库): rows behind the cursor, in its order, a statement at a time. Each row
// becomes a line of JSON.
#include <charconv>

#include "adapters/kit/pull/cursor_value.h"
#include "adapters/kit/pull/kept_cursor.h"
#include "adapters/kit/pull/puller.h"
#include "adapters/kit/transport/odbc.h"
#include "gateway/base/text.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr std::uint64_t kPortionBytesMax = 8U << 20;

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

SqlValue numberOrText(const std::string& text) {
    if (const auto number = wholeNumber(text)) return *number;
    return text;
}

/// Seconds, and milliseconds where there are any: a mapping then needs two formats and not seven.
std::string itemTime(const std::string& text) {
    const std::size_t dot = text.rfind('.');
    if (dot == std::string::npos) return text;
    const std::string fraction = (text.substr(dot + 1) + "000").substr(0, 3);
    return fraction == "000" ? text.substr(0, dot) : text.substr(0, dot) + "." + fraction;
}

std::string lineOf(const SqlRows& rows, const std::vector<std::optional<std::string>>& row) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    writer.StartObject();
    for (std::size_t i = 0; i < row.size(); ++i) {
        writer.Key(rows.columns[i].name.c_str());
        if (row[i]) writer.String(rows.columns[i].time ? itemTime(*row[i]) : *row[i]);
        else writer.Null();
    }
    writer.EndObject();
    return std::string(text.GetString(), text.GetSize()) + "\n";
}

std::optional<std::size_t> columnOf(const SqlRows& rows, const std::string& name) {
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        if (rows.columns[i].name == name) return i;
    }
    return std::nullopt;
}

class DatabasePuller final : public Puller {
public:
    struct Parts {
        NamedStatement select, mark;
        std::optional<CursorValues> cursor;
    };
    DatabasePuller(const PullRules& rules, Parts parts, PullSurroundings surroundings)
        : rules_(rules), table_(std::get<DatabasePull>(rules_.way)), parts_(std::move(parts)), surroundings_(std::move(surroundings)) {}

    base::Status begin(const std::string& cursor) override {
        if (!connection_) {
            auto opened = open();
            if (!opened.ok()) return std::move(opened).error();
            connection_ = *std::move(opened);
        }
        auto kept = decodeCursor(cursor);
        if (!kept.ok()) return std::move(kept).error();
        at_ = *std::move(kept);
        first_ = true;
        ended_ = more_ = false;
        items_ = 0;
        if (!parts_.cursor) return {};
        const CursorRule& rule = parts_.cursor->rule();
        if (at_.at.empty()) {
            at_.at = rule.start;
            at_.tie = rule.tie_break_start;
        }
        from_ = parts_.cursor->withOverlap(at_.at);
        from_tie_ = from_ == at_.at ? at_.tie : rule.tie_break_start;
        until_ = parts_.cursor->until(surroundings_.clock.nowMillis());
        return {};
    }

    base::Result<std::optional<Portion>> next() override {
        if (ended_) return std::optional<Portion>();
        surroundings_.before_request();
        auto rows = connection_->query(parts_.select.statement, parameters(), {table_.rows_max, kPortionBytesMax});
        if (!rows.ok()) return std::move(rows).error();
        rows_ = *std::move(rows);
        if (rows_.rows.empty()) {
            ended_ = true;
            return std::optional<Portion>();
        }
        Portion portion;
        if (auto moved = move(); !moved.ok()) return std::move(moved).error();
        for (const auto& row : rows_.rows) portion.body += lineOf(rows_, row);
        portion.items = rows_.rows.size();
        items_ += portion.items;
        portion.content_type = "application/x-ndjson";
        auto cursor = encodeCursor(notBeyondNow(at_));
        if (!cursor.ok()) return std::move(cursor).error();
        portion.cursor = *std::move(cursor);
        const auto check = table_.server_verified ? trust::PeerCheck::Operator : trust::PeerCheck::None;
        portion.evidence = {check, "odbc", "", "connection string"};
        // Without a cursor the marks are what moves on: one statement a pull.
        ended_ = !parts_.cursor || (rows_.rows.size() < table_.rows_max && rows_.bytes < kPortionBytesMax);
        more_ = !ended_ && items_ >= rules_.items_max;
        if (!parts_.cursor) more_ = rows_.rows.size() >= table_.rows_max;
        ended_ = ended_ || more_;
        return std::optional<Portion>(std::move(portion));
    }

    base::Status settle() override {
        if (surroundings_.dry || table_.mark.empty() || rows_.rows.empty()) return {};
        if (auto begun = connection_->begin(); !begun.ok()) return begun;
        for (const auto& row : rows_.rows) {
            std::vector<SqlValue> values;
            for (const std::string& name : parts_.mark.names) {
                const auto column = columnOf(rows_, name);
                if (!column) {
                    connection_->rollback();
                    return base::makeError(ErrorCode::ManifestInvalid, "mark: the rows have no column " + name);
                }
                const auto& value = row[*column];
                values.push_back(!value ? SqlValue() : rows_.columns[*column].number ? numberOrText(*value) : SqlValue(*value));
            }
            if (auto marked = connection_->execute(parts_.mark.statement, values); !marked.ok()) {
                connection_->rollback();
                return marked.error();
            }
        }
        return connection_->commit();
    }

    bool more() const override { return more_; }

private:
    base::Result<std::unique_ptr<OdbcConnection>> open() {
        auto connection = surroundings_.secret(table_.connection);
        if (!connection.ok()) return std::move(connection).error();
        // One row that can't be decoded is one item in quarantine, and holds up no other.
        OdbcSettings settings{
            .connection = *std::move(connection), .charset = table_.charset,
            .connect_timeout_ms = rules_.connect_timeout_s * 1'000, .timeout_ms = rules_.timeout_s * 1'000, .keep_undecodable = true};
        return OdbcConnection::open(std::move(settings), surroundings_.stop);
    }

    std::vector<SqlValue> parameters() {
        const bool sequence = parts_.cursor && !parts_.cursor->isTime();
        const std::string at = first_ ? from_ : at_.at, tie = first_ ? from_tie_ : at_.tie;
        first_ = false;
        std::vector<SqlValue> values;
        for (const std::string& name : parts_.select.names) {
            if (name == "cursor") values.push_back(sequence ? numberOrText(at) : SqlValue(at));
            else if (name == "tie_break") values.push_back(tieBreak(tie));
            else if (name == "until") values.push_back(until_);
            else values.emplace_back(static_cast<std::int64_t>(table_.rows_max));
        }
        return values;
    }

    /// An integer where the manifest begins with one: numbers that are texts, "0010", are neither ordered nor compared as integers.
    SqlValue tieBreak(const std::string& tie) const {
        const bool integers = parts_.cursor && wholeNumber(parts_.cursor->rule().tie_break_start);
        return integers ? numberOrText(tie) : SqlValue(tie);
    }

    /// A row from the future, of a clock that runs ahead or a slip of the pen, must not move the cursor past all that is still to
    /// come: such rows are asked for again until their time has come, and are known.
    KeptCursor notBeyondNow(KeptCursor cursor) const {
        if (!parts_.cursor || !parts_.cursor->isTime()) return cursor;
        const base::UnixMillis now_ms = surroundings_.clock.nowMillis();
        const auto at_ms = parts_.cursor->read(cursor.at);
        if (!at_ms || *at_ms <= now_ms) return cursor;
        cursor.at = parts_.cursor->write(now_ms);
        cursor.tie = parts_.cursor->rule().tie_break_start;
        return cursor;
    }

    /// The cursor behind these rows. They must come in its order, or rows would be passed over.
    base::Status move() {
        if (!parts_.cursor) return {};
        const CursorRule& rule = parts_.cursor->rule();
        const auto column = columnOf(rows_, rule.place);
        const auto tie = rule.tie_break.empty() ? std::optional<std::size_t>(0) : columnOf(rows_, rule.tie_break);
        if (!column || !tie) return base::makeError(ErrorCode::ManifestInvalid, "the rows have no column " + (column ? rule.tie_break : rule.place));
        std::optional<std::int64_t> last;
        for (const auto& row : rows_.rows) {
            const auto& text = row[*column];
            const auto value = text ? parts_.cursor->read(*text) : std::nullopt;
            if (!value) return base::makeError(ErrorCode::PeerAnswerInvalid, "column " + rule.place + ": not in the cursor's format");
            if (last && *value < *last) return base::makeError(ErrorCode::PeerAnswerInvalid, "rows that are not in the order of " + rule.place);
            last = value;
        }
        const auto& row = rows_.rows.back();
        // Within the overlap the cursor does not go back.
        const auto before = parts_.cursor->read(at_.at);
        const bool behind = before && *last < *before;
        if (!behind || rows_.rows.size() >= table_.rows_max) {
            at_.at = *row[*column];
            at_.tie = rule.tie_break.empty() ? "" : row[*tie].value_or("");
        }
        return {};
    }

    const PullRules rules_;
    const DatabasePull& table_;
    const Parts parts_;
    PullSurroundings surroundings_;
    std::unique_ptr<OdbcConnection> connection_;
    KeptCursor at_;
    std::string from_, from_tie_, until_;
    SqlRows rows_;
    std::uint64_t items_ = 0;
    bool first_ = true, ended_ = false, more_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Puller>> makeDatabasePuller(const Manifest& manifest, PullSurroundings surroundings) {
    const auto& table = std::get<DatabasePull>(manifest.pull->way);
    DatabasePuller::Parts parts;
    auto select = namedStatement(table.select), mark = namedStatement(table.mark);
    if (!select.ok()) return std::move(select).error();
    if (!mark.ok()) return std::move(mark).error();
    for (const std::string& name : select->names) {
        if (name != "cursor" && name != "tie_break" && name != "until" && name != "rows") {
            return base::makeError(ErrorCode::ManifestInvalid, manifest.id + ": select: there is no :" + name);
        }
    }
    parts.select = *std::move(select);
    parts.mark = *std::move(mark);
    if (table.cursor) {
        auto values = CursorValues::make(*table.cursor);
        if (!values.ok()) return std::move(values).error();
        parts.cursor = *std::move(values);
    }
    return std::unique_ptr<Puller>(std::make_unique<DatabasePuller>(*manifest.pull, std::move(parts), std::move(surroundings)));
}

}  // namespace yht::kit
