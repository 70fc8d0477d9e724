#include "gateway/ledger/store/sqlite_transaction.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/ledger/store/call_index.h"
#include "gateway/ledger/store/phone_index.h"
#include "gateway/ledger/store/stored_edge.h"
#include "gateway/ticket/ticket_number.h"

namespace yht::ledger {
namespace {

constexpr std::size_t kRegionBytes = 6;

/// A caller's mistake that must cost its own task only.
base::Error broken(const std::string& what) {
    return base::makeError(base::ErrorCode::Internal, "ledger entry: " + what);
}

base::Status checkDraft(const EntryDraft& draft) {
    for (const auto* text :
         {&draft.header.source, &draft.header.ticket_no, &draft.header.adapter,
          &draft.header.adapter_version}) {
        if (text->size() > kLeafTextBytesMax)
            return broken("a header text is longer than 64 bytes");
    }
    if (draft.salt.size() != kSaltBytes) return broken("the salt is not 16 bytes");
    if (draft.payload.size() > kPayloadBytesMax) return broken("the payload is longer than 64 MiB");
    return {};
}

/// One call of a task; whatever it throws beside a fault is a bug that costs its own task only.
base::Status callTask(const Task& task, Transaction& transaction) {
    try {
        return task(transaction);
    } catch (const std::exception& thrown) {
        return base::makeError(
            base::ErrorCode::Internal, std::string("a ledger task threw: ") + thrown.what()
        );
    }
}

}  // namespace

base::Status SqliteTransaction::runTask(const Task& task) {
    const TreeEdge before = edge_;
    const std::string origin_before = origin_;
    last_ticket_no_.clear();
    change(context_.database, "SAVEPOINT task");
    auto status = callTask(task, *this);
    if (!status.ok()) {
        change(context_.database, "ROLLBACK TO task");
        edge_ = before;
        entries_.cutTo(edge_.size());
        origin_ = origin_before;
        last_ticket_no_.clear();  // its key went with the rest
    }
    change(context_.database, "RELEASE task");
    return status;
}

CommitEntries SqliteTransaction::takeEntries(std::string checkpoint) {
    entries_.setCheckpoint(std::move(checkpoint));
    return std::move(entries_);
}

/// Savepoints of one name nest: the innermost is meant.
base::Status SqliteTransaction::attempt(const Task& part) {
    return runTask(part);
}

base::Result<base::Bytes> SqliteTransaction::dataKey(const EntryDraft& draft) {
    if (draft.sealed_under == SealedUnder::Own) return context_.random.bytes(crypto::kAeadKeyBytes);
    if (draft.header.ticket_no.empty()) return broken("sealed under a ticket, but names none");
    if (draft.header.ticket_no == last_ticket_no_) return last_ticket_key_;
    auto key = context_.lookups.ticketKey(draft.header.ticket_no);
    if (key.ok() || key.error().code != base::ErrorCode::NotFound) return key;
    return broken("sealed under a ticket that has no key");
}

void SqliteTransaction::storeLeaf(const LeafHeader& header, base::BytesView leaf) {
    change(
        context_.database,
        "INSERT INTO leaf (seq, type, message_seq, ticket_no, leaf) VALUES (?, ?, ?, ?, ?)",
        header.seq, static_cast<int>(header.type), header.message_seq, header.ticket_no, Blob{leaf}
    );
}

void SqliteTransaction::storePayload(
    EntryDraft draft, base::BytesView leaf_hash, base::BytesView data_key
) {
    const Seq seq = draft.header.seq;
    // Its bytes are gone before the database copies the sealed ones: of a file they are tens of megabytes.
    const auto sealed =
        sealPayload(context_.payload_cipher, data_key, leaf_hash, draft.salt, std::move(draft.payload), context_.random);
    change(context_.database, "INSERT INTO payload (seq, sealed) VALUES (?, ?)", seq, Blob{sealed});
    if (draft.sealed_under == SealedUnder::Ticket) return;
    const auto own_key = wrapKey(context_.lookups.kek(), entryKeyOwner(seq), data_key, context_.random);
    change(
        context_.database, "INSERT INTO entry_key (seq, wrapped_key) VALUES (?, ?)", seq, Blob{own_key}
    );
}

base::Result<Seq> SqliteTransaction::append(EntryDraft draft) {
    if (auto checked = checkDraft(draft); !checked.ok()) return checked.error();
    auto data_key = dataKey(draft);
    if (!data_key.ok()) return data_key.error();
    auto& header = draft.header;
    header.seq = edge_.size() + 1;
    if (header.type == EntryType::Message) header.message_seq = header.seq;
    if (header.message_seq > header.seq) return broken("it names a message after itself");
    header.committed_ms = context_.now_ms;
    header.config_digest = context_.config_digest;
    header.digest_algorithm = context_.digest_algorithm;

    auto leaf = encodeLeaf(header, commitmentOf(draft.salt, draft.payload, header.digest_algorithm));
    const auto leaf_hash = leafHash(leaf);
    storeLeaf(header, leaf);
    const Seq seq = header.seq;
    std::string ticket_no = header.ticket_no;
    storePayload(std::move(draft), leaf_hash, *data_key);
    std::vector<Node> completed;
    edge_.append(leaf_hash, completed);
    for (const auto& node : completed) {
        if (node.level == 0) continue;  // the leaf itself
        storeNode(context_.database, node);
    }
    entries_.add(std::move(leaf), std::move(ticket_no), completed);
    return seq;
}

base::Status SqliteTransaction::addIdentity(
    const ticket::Identity& identity, Seq seq, base::BytesView body_digest,
    const std::string& ticket_no
) {
    const auto version = encodeVersion(identity.version);
    const auto body_mac = context_.lookups.digests().body(body_digest);
    const int added = change(
        context_.database,
        "INSERT INTO identity (source, kind, record_ref, version, correction, seq, body_mac, "
        "ticket_no)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        identity.source, static_cast<int>(identity.kind), identity.record_ref, Blob{version},
        identity.correction, seq, Blob{body_mac}, ticket_no
    );
    if (added == 0) return base::makeError(base::ErrorCode::RecordConflict);
    return {};
}

base::Result<std::string> SqliteTransaction::newTicket(const std::string& region) {
    if (region.size() != kRegionBytes) return broken("a region has six characters");
    ticket::TicketNumber number{
        region, base::shanghaiDay(context_.now_ms), context_.serials.first
    };
    {
        Query last(context_.database, "SELECT day, serial FROM serial WHERE region = ?", region);
        // A clock set back must not bring a day's numbers back with it.
        if (last.next() && last.integer(0) >= number.day) {
            number.day = static_cast<std::int32_t>(last.integer(0));
            number.serial = static_cast<std::uint32_t>(last.integer(1)) + 1;
        }
    }
    // What an earlier epoch gave out and lost is not given out again.
    if (const auto epoch = context_.lookups.epochs().back(); number.day <= epoch.serial_day) {
        number.serial = std::max(number.serial, epoch.serial_floor + 1);
    }
    if (number.serial > context_.serials.last) {
        return base::makeError(base::ErrorCode::NumbersExhausted, "region " + region);
    }
    change(
        context_.database,
        "INSERT INTO serial (region, day, serial) VALUES (?, ?, ?) ON CONFLICT (region) DO UPDATE "
        "SET"
        " day = excluded.day, serial = excluded.serial",
        region, number.day, number.serial
    );
    storeTicketKey(ticket::formatTicketNumber(number));
    return last_ticket_no_;
}

void SqliteTransaction::storeTicketKey(const std::string& ticket_no) {
    last_ticket_no_ = ticket_no;
    last_ticket_key_ = context_.random.bytes(crypto::kAeadKeyBytes);
    const auto wrapped = wrapKey(context_.lookups.kek(), last_ticket_no_, last_ticket_key_, context_.random);
    change(
        context_.database, "INSERT INTO ticket (ticket_no, wrapped_key) VALUES (?, ?)",
        last_ticket_no_, Blob{wrapped}
    );
}

base::Status SqliteTransaction::addAlias(const Alias& alias) {
    if (!context_.lookups.hasTicket(alias.ticket_no))
        return broken("an alias for a ticket that is not there");
    if (context_.lookups.isErased(alias.ticket_no)) return {};
    const int added = change(
        context_.database,
        "INSERT INTO alias (party, number, ticket_no) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        alias.party, alias.number, alias.ticket_no
    );
    if (added > 0) return {};
    const auto holder = context_.lookups.findTicket(alias.party, alias.number);
    if (holder == alias.ticket_no) return {};
    return base::makeError(base::ErrorCode::AliasConflict, "held by " + holder.value_or("nobody"));
}

base::Status SqliteTransaction::addAttachment(
    const std::string& digest, const AttachmentName& name
) {
    const auto mac = context_.lookups.digests().attachment(digest);
    change(
        context_.database,
        "INSERT INTO attachment (mac, seq, ticket_no) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        Blob{mac}, name.seq, name.ticket_no
    );
    return {};
}

base::Status SqliteTransaction::addPhone(const std::string& number, const PhoneName& name) {
    if (number.empty()) return broken("it names no telephone number");
    ledger::addPhone(context_.database, context_.lookups.digests(), number, name);
    return {};
}

base::Status SqliteTransaction::addNamedCall(const ticket::Record& record, const std::string& ticket_no) {
    const auto call = namedCall(record);
    if (call && !ticket_no.empty()) ledger::addNamedCall(context_.database, context_.lookups.digests(), *call, ticket_no);
    return {};
}

base::Status SqliteTransaction::addReplay(base::BytesView key, Seq message_seq) {
    const int added = change(
        context_.database,
        "INSERT INTO replay (replay_key, message_seq) VALUES (?, ?) ON CONFLICT DO NOTHING",
        Blob{key}, message_seq
    );
    if (added == 0) return base::makeError(base::ErrorCode::ReplayRefused);
    return {};
}

base::Status SqliteTransaction::setCursor(const std::string& name, Seq seq) {
    change(
        context_.database,
        "INSERT INTO cursor (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = "
        "excluded.seq",
        name, seq
    );
    return {};
}

base::Status SqliteTransaction::putDelivery(const DeliveryRow& row) {
    change(
        context_.database,
        "INSERT INTO delivery (destination, seq, ticket_no, kind, state, attempts, next_ms, "
        "committed_ms,"
        " batch_id, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (destination, seq) "
        "DO UPDATE"
        " SET ticket_no = excluded.ticket_no, kind = excluded.kind, state = excluded.state, "
        "attempts ="
        " excluded.attempts, next_ms = excluded.next_ms, committed_ms = excluded.committed_ms, "
        "batch_id ="
        " excluded.batch_id, reason = excluded.reason",
        row.destination, row.seq, row.ticket_no, row.kind, static_cast<int>(row.state),
        row.attempts, row.next_ms, row.committed_ms, row.batch_id, row.reason
    );
    return {};
}

base::Status SqliteTransaction::eraseDelivery(const std::string& destination, Seq seq) {
    change(
        context_.database, "DELETE FROM delivery WHERE destination = ? AND seq = ?", destination,
        seq
    );
    return {};
}

}  // namespace yht::ledger
