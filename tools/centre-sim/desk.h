// The centre's own store: its tickets, what it was sent, and what it has yet to say (outbox).
// Whatever is to be said stands here before it is said and until it is acknowledged; kill -9 and
// restart change nothing.
//   ticket    our number ↔ the gateway's; `handling` is run once the gateway's number is known
//   received  what the gateway delivered, by its seq
//   attachment  bytes that it delivered, by their SHA-256
//   outbox    records, in order: queued → acknowledged or refused. A body never changes once it
//   stands here.
// Uses: base, stage, story. Used by: inbox, outbox, control.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "tools/centre-sim/plan.h"
#include "tools/speaker/acknowledgement.h"
#include "tools/stage/database.h"
#include "tools/stage/json_text.h"

namespace yht::centre_sim {

struct DeskOptions {
    std::string path;
    std::string source;         // under which others' tickets are handled
    std::int64_t delay_ms = 0;  // between the steps of a handling
};

/// One item of a delivery (schemas/native-delivery.md).
struct Delivered {
    std::int64_t seq = 0;
    std::string ticket_no;
    std::string json;  // the record
    bool for_information = false;  // 知悉: a branch handles the ticket
};

/// Bytes that the gateway delivered beside its records; `digest` is theirs.
struct Attachment {
    std::string digest, media_type, bytes;
};

struct OutboxRow {
    std::int64_t id = 0;
    std::string json;
};

/// Thread-safety: any thread.
class Desk {
public:
    Desk(DeskOptions options, const Plan& plan, const base::Clock& clock);

    /// An appeal of our own with what is to become of it. Queues nothing where its identity is here
    /// already. `order`: positions of appeal (0) and steps (1 …) in which they are posted, without
    /// waiting for the gateway's number; empty: the appeal, and the steps once its number is known.
    /// Returns the ticket_ref.
    std::string openOwn(
        const std::string& appeal_json, const std::string& handling,
        const std::vector<std::size_t>& order
    );
    /// A record as it stands. False where its identity is here already.
    bool queue(const std::string& json);
    /// "ZZ20190418-000042": a number nobody had before.
    std::string newOwnNumber();

    enum class Taken : std::uint8_t { New, Duplicate };
    struct Receipt {
        Taken taken = Taken::New;
        std::string number;  // our ticket number, "" for a record without a ticket
    };
    /// All of them in one durable commit; an item that is nullopt (refused) stays nullopt.
    std::vector<std::optional<Receipt>> take(const std::vector<std::optional<Delivered>>& items);

    /// Durable when this returns.
    Taken takeAttachment(const Attachment& attachment);

    /// Due rows in order, at most `limit`.
    std::vector<OutboxRow> due(std::size_t limit);
    /// What the gateway said of these rows; starts the handling of own tickets that got their
    /// number.
    void settle(
        const std::vector<OutboxRow>& rows,
        const std::vector<speaker::Acknowledgement>& acknowledgements
    );
    /// Waits until something may be due, at most `ms`; wake() ends it.
    void waitForWork(std::int64_t ms);
    void wake();

    /// For control.
    void writeCounts(stage::JsonWriter& writer);
    void writeTickets(stage::JsonWriter& writer, std::int64_t limit);
    void writeOutbox(stage::JsonWriter& writer, std::int64_t limit);
    void writeAttachments(stage::JsonWriter& writer, std::int64_t limit);

private:
    struct Ticket {
        std::string number, ticket_no, source, handling;
        base::UnixMillis appeal_ms = 0;
        bool handled = false;
    };
    bool putOutbox(const std::string& json, const std::string& number, base::UnixMillis due_ms);
    void putTicket(const Ticket& ticket);
    std::optional<Ticket> findTicket(const char* column, const std::string& value);
    void handle(Ticket ticket);
    Receipt takeOne(const Delivered& item);
    std::int64_t next(const std::string& counter);

    const DeskOptions options_;
    const Plan& plan_;
    const base::Clock& clock_;
    std::mutex mutex_;
    std::condition_variable work_;
    // Protected by mutex_.
    stage::Database database_;
    bool woken_ = false;
};

}  // namespace yht::centre_sim
