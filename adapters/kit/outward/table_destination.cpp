#include "adapters/kit/outward/table_destination.h"

#include <charconv>

#include "adapters/kit/peer_text.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr const char* kWaits = "no_answer_in_the_row_yet";

/// The class of an SQLSTATE in an error's text, "" where there is none.
std::string stateClass(const base::Error& error) {
    constexpr std::string_view kState = "SQLSTATE ";
    const auto at = error.detail.find(kState);
    return at == std::string::npos ? std::string() : error.detail.substr(at + kState.size(), 2);
}

bool isRowsOwnFault(const base::Error& error) {
    if (error.code != ErrorCode::PeerRefused) return false;
    const std::string state = stateClass(error);
    return state == "22" || state == "23";
}

RecordAnswer refused(const StoreRecord& record, const base::Error& error) {
    RecordAnswer answer;
    answer.seq = record.record->seq;
    answer.verdict = RecordVerdict::Refused;
    answer.code = "sqlstate-class-" + stateClass(error);
    return answer;
}

}  // namespace

TableDestination::TableDestination(
    StoreDestinationSettings settings, std::shared_ptr<const Profile> profile,
    std::unique_ptr<OdbcConnection> connection, const base::Clock& clock
)
    : StoreDestination(std::move(settings), std::move(profile), clock),
      rules_(*this->profile().table()),
      connection_(std::move(connection)) {
    // Names are identifiers by profile_stores.cpp; values are always parameters.
    const auto parameter = [&](const std::string& column) {
        const auto cast = rules_.casts.find(column);
        return cast == rules_.casts.end() ? std::string("?") : "CAST(? AS " + cast->second + ")";
    };
    std::string names, places, where;
    for (const auto& column : rules_.columns) {
        names += (names.empty() ? "" : ", ") + column;
        places += (places.empty() ? "" : ", ") + parameter(column);
    }
    for (const auto& column : rules_.key) where += (where.empty() ? "" : " AND ") + column + " = " + parameter(column);
    std::string wanted = "1";
    if (rules_.has_answer) {
        wanted = rules_.answer.code + (rules_.answer.number.empty() ? "" : ", " + rules_.answer.number);
    }
    select_ = "SELECT " + wanted + " FROM " + rules_.table + " WHERE " + where;
    insert_ = "INSERT INTO " + rules_.table + " (" + names + ") VALUES (" + places + ")";
}

SqlValue TableDestination::bound(const StoreRecord& record, const std::string& column) const {
    for (const auto& [name, value] : record.values) {
        if (name != column) continue;
        if (!rules_.integers.contains(column)) return value;
        std::int64_t number = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
        if (read.ec == std::errc() && read.ptr == value.data() + value.size()) return number;
        return value;
    }
    return std::monostate();
}

base::Result<RecordAnswer> TableDestination::lookOrInsert(const StoreRecord& record) {
    std::vector<SqlValue> key, values;
    for (const auto& column : rules_.key) key.push_back(bound(record, column));
    auto rows = connection_->query(select_, key, {.rows_max = 1});
    if (!rows) return std::move(rows).error();
    RecordAnswer answer;
    answer.seq = record.record->seq;
    if (rows->rows.empty()) {
        for (const auto& column : rules_.columns) values.push_back(bound(record, column));
        auto inserted = connection_->execute(insert_, values);
        if (!inserted) return std::move(inserted).error();
        answer.verdict = rules_.has_answer ? RecordVerdict::Later : RecordVerdict::Accepted;
        if (rules_.has_answer) answer.code = kWaits;
        return answer;
    }
    answer.verdict = RecordVerdict::Duplicate;
    if (!rules_.has_answer) return answer;
    const auto& row = rows->rows.front();
    const std::string code = row.at(0).value_or("");
    const auto verdict = verdictOf(rules_.answer, code);
    answer.verdict = verdict.value_or(RecordVerdict::Later);
    answer.code = verdict ? peerToken(code) : kWaits;
    if (row.size() > 1) answer.peer_number = peerNumber(row.at(1).value_or(""));
    return answer;
}

base::Result<std::vector<RecordAnswer>> TableDestination::transact(
    const std::vector<const StoreRecord*>& records, bool& committing
) {
    committing = false;
    if (auto begun = connection_->begin(); !begun) return begun.error();
    std::vector<RecordAnswer> answers;
    for (const StoreRecord* record : records) {
        auto answer = lookOrInsert(*record);
        if (!answer) {
            connection_->rollback();
            return std::move(answer).error();
        }
        answers.push_back(*std::move(answer));
    }
    if (auto committed = connection_->commit(); !committed) {
        committing = committed.error().code == ErrorCode::PeerAnswerLost;
        return committed.error();
    }
    return answers;
}

BatchAnswer TableDestination::hand(const std::string&, const std::vector<StoreRecord>& records) {
    std::vector<const StoreRecord*> all;
    for (const auto& record : records) all.push_back(&record);
    bool committing = false;
    BatchAnswer answer;
    answer.verdict = BatchVerdict::Answered;
    for (const auto& record : records) answer.request_bytes += record.json + "\n";
    auto together = transact(all, committing);
    if (together) {
        answer.records = *std::move(together);
        return answer;
    }
    if (committing) return lost(together.error());
    if (!isRowsOwnFault(together.error())) return notSent(together.error());
    // One of them can't be. Each alone, so that it holds up nobody.
    for (const StoreRecord* record : all) {
        auto alone = transact({record}, committing);
        if (alone) {
            answer.records.push_back(alone->front());
        } else if (isRowsOwnFault(alone.error()) && !committing) {
            answer.records.push_back(refused(*record, alone.error()));
        } else {
            // Those before it are in: the batch as a whole is unknown, and its repeat finds them.
            return lost(alone.error());
        }
    }
    return answer;
}

}  // namespace yht::kit
