#include "gateway/ledger/store/rekey.h"

#include <algorithm>

#include "gateway/ledger/store/sqlite_transaction.h"

namespace yht::ledger {
namespace {

constexpr int kLastPassesMax = 16;

struct KeyRow {
    std::uint64_t id = 0;
    std::string owner;
    base::Bytes wrapped;
};

/// One of the two tables of wrapped keys.
struct KeyTable {
    const char* rows;     // id, owner's name or NULL, wrapped key; after an id, so many
    const char* rewrap;
    const char* mark;
};

constexpr KeyTable kTickets = {
    "SELECT id, ticket_no, wrapped_key FROM ticket WHERE id > ? ORDER BY id LIMIT ?",
    "UPDATE ticket SET wrapped_key = ? WHERE id = ?", "UPDATE kek SET tickets = ? WHERE in_use = 1"};
constexpr KeyTable kEntries = {
    "SELECT seq, NULL, wrapped_key FROM entry_key WHERE seq > ? ORDER BY seq LIMIT ?",
    "UPDATE entry_key SET wrapped_key = ? WHERE seq = ?", "UPDATE kek SET entries = ? WHERE in_use = 1"};

std::vector<KeyRow> rowsAfter(Database& database, const KeyTable& table, std::uint64_t after, std::size_t limit) {
    Query query(database, table.rows, after, limit);
    std::vector<KeyRow> rows;
    while (query.next()) {
        const auto id = query.unsignedInteger(0);
        rows.push_back({id, query.isNull(1) ? entryKeyOwner(id) : query.text(1), base::Bytes(query.bytes(2))});
    }
    return rows;
}

/// Adds what it does to `step`, which has kRekeyRowsMax rows at most.
base::Status rekeyTable(const CommitContext& context, const KeyTable& table, std::uint64_t after, RekeyStep& step) {
    for (const auto& row : rowsAfter(context.database, table, after, kRekeyRowsMax - step.rows)) {
        ++step.rows;
        after = row.id;
        if (isOverwritten(row.wrapped)) continue;
        const auto anew = rewrapKey(context.lookups.kek(), row.owner, row.wrapped, context.random);
        if (!anew.ok()) {
            return base::makeError(anew.error().code, "the key of " + row.owner + ": " + anew.error().detail);
        }
        if (!*anew) continue;
        ++step.rewrapped;
        change(context.database, table.rewrap, Blob{**anew}, row.id);
    }
    change(context.database, table.mark, after);
    return {};
}

}  // namespace

RekeyState Lookups::rekeyState() {
    RekeyState state;
    {
        Query query(database_, "SELECT name, in_use, begun, tickets, entries, files FROM kek ORDER BY name");
        while (query.next()) {
            if (query.integer(1) == 0) {
                state.former.push_back(query.text(0));
                continue;
            }
            state.kek = query.text(0);
            state.begun = query.integer(2) != 0;
            state.tickets = query.unsignedInteger(3);
            state.entries = query.unsignedInteger(4);
            state.files = query.text(5);
        }
    }
    Query last(
        database_,
        "SELECT (SELECT coalesce(max(id), 0) FROM ticket), (SELECT coalesce(max(seq), 0) FROM entry_key)"
    );
    if (last.next()) {
        state.tickets_last = last.unsignedInteger(0);
        state.entries_last = last.unsignedInteger(1);
    }
    return state;
}

base::Result<RekeyStep> SqliteTransaction::rekeyRows() {
    const auto state = context_.lookups.rekeyState();
    if (state.isRowsDone()) return RekeyStep{.done = true};
    RekeyStep step;
    if (auto tickets = rekeyTable(context_, kTickets, state.tickets, step); !tickets.ok()) return std::move(tickets).error();
    if (auto entries = rekeyTable(context_, kEntries, state.entries, step); !entries.ok()) return std::move(entries).error();
    // Both tables to their ends as they are in this commit: whoever waited for one that finds nothing new would wait for ever.
    step.done = step.rows < kRekeyRowsMax;
    return step;
}

base::Status SqliteTransaction::beginRekey() {
    change(context_.database, "UPDATE kek SET begun = 1 WHERE in_use = 1");
    return {};
}

base::Status SqliteTransaction::markRekeyedFile(const std::string& last) {
    change(context_.database, "UPDATE kek SET files = ? WHERE in_use = 1", last);
    return {};
}

base::Status SqliteTransaction::endRekey() {
    // Rows go on coming; those of since the last look are few.
    for (int passes = 0; passes < kLastPassesMax; ++passes) {
        const auto step = rekeyRows();
        if (!step.ok()) return step.error();
        if (step->done) return endRotation(context_.database, context_.lookups.kek(), context_.random);
    }
    return base::makeError(base::ErrorCode::Unavailable, "a rotation can't end yet: too many keys are left");
}

base::Result<RekeyState> rekeyState(Store& store) {
    RekeyState state;
    const auto looked = store.run([&](Transaction& transaction) -> base::Status {
        state = transaction.rekeyState();
        return {};
    });
    if (!looked.ok()) return looked.error();
    return state;
}

base::Result<RekeyStep> rekeyNext(Store& store) {
    RekeyStep step;
    const auto done = store.run([&](Transaction& transaction) -> base::Status {
        auto made = transaction.rekeyRows();
        if (!made.ok()) return std::move(made).error();
        step = *made;
        return {};
    });
    if (!done.ok()) return done.error();
    return step;
}

}  // namespace yht::ledger
