// The change feed: {"items":[{"ticket_no","seq","kind","received_time","committed_time","record":{}}…],
// "next":"17"}.
// Items are records that others brought to tickets which the partner may see, by sequence number;
// its own come back to nobody as news. Records without a ticket (calls, filings) go to ReadProvince
// only. `next` is the last entry looked at, shown or not, so it advances past what is not the
// partner's, and a client that asks again from it never misses and never sees twice. It carries the
// epoch (feed_cursor.h): after a restore an old cursor leads back to where the restored ledger ends.
// A ticket that becomes visible later is read as a whole under /v1/tickets.
#include "gateway/intake/admission/visibility.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/ticket_json.h"
#include "gateway/json/members.h"
#include "gateway/ledger/store/feed_cursor.h"
#include "gateway/ticket/record_json.h"

#include <algorithm>

namespace yht::http {

namespace {

using base::ErrorCode;

constexpr std::size_t kScanEntries = 500;                 // at a time
constexpr std::size_t kAnswerBytesMax = 4 * 1024 * 1024;  // no further item once beyond
constexpr std::int64_t kWaitSliceMs = 250;                // how soon a stopping gateway is noticed

/// Whether one partner sees one ticket, and how; remembered for the length of a request.
class Sight {
public:
    Sight(Services& services, const trust::Partner& partner)
        : services_(services), partner_(partner) {}

    struct Answer {
        bool visible = false;
        std::optional<ticket::Persons> hidden;
    };

    base::Result<Answer> of(ledger::View& view, const std::string& ticket_no) {
        if (const auto known = known_.find(ticket_no); known != known_.end()) return known->second;
        Answer answer;
        answer.visible = intake::maySee(view, partner_, ticket_no);
        if (answer.visible && !partner_.may(trust::Right::ReadProvince)) {
            auto stored = ledger::readTicket(view, ticket_no);
            if (!stored) return std::move(stored).error();
            const auto folded = foldStored(
                *stored, services_.calendar, services_.fold_rules, services_.clock.nowMillis()
            );
            answer.hidden = hiddenPersons(view, partner_, *stored, folded);
        }
        known_.emplace(ticket_no, answer);
        return answer;
    }

private:
    Services& services_;
    const trust::Partner& partner_;
    std::map<std::string, Answer> known_;
};

/// One request's way through the ledger.
class Feed {
public:
    struct From {
        std::vector<ledger::Epoch> epochs;
        ledger::Seq after = 0;
    };

    Feed(Services& services, const trust::Partner& partner, From from, std::size_t limit)
        : services_(services),
          partner_(partner),
          epochs_(std::move(from.epochs)),
          limit_(limit),
          next_(from.after),
          out_(text_) {
        out_.StartObject();
        out_.Key("items");
        out_.StartArray();
    }

    /// Looks at what is there now. A snapshot of its own each time: a waiting request must not pin
    /// the WAL.
    base::Status advance() {
        auto snapshot = services_.store.snapshot();
        if (!snapshot) return std::move(snapshot).error();
        Sight sight(services_, partner_);  // a ticket may have become visible since the last pass
        while (!full()) {
            const auto headers =
                (*snapshot)->scan(next_, std::min(kScanEntries, kChangesExaminedMax - examined_));
            if (headers.empty()) return {};
            for (const auto& header : headers) {
                if (auto status = look(**snapshot, sight, header); !status) return status;
                if (full()) return {};
            }
        }
        return {};
    }

    bool full() const {
        return items_ >= limit_ || examined_ >= kChangesExaminedMax || text_.GetSize() >= kAnswerBytesMax;
    }
    bool empty() const { return items_ == 0; }
    ledger::Seq next() const { return next_; }

    Answer answer() {
        out_.EndArray();
        json::writeText(out_, "next", ledger::feedCursor(epochs_, next_));
        out_.EndObject();
        return jsonAnswer(text_);
    }

private:
    base::Status look(ledger::View& view, Sight& sight, const ledger::LeafHeader& header) {
        ++examined_;
        next_ = header.seq;
        if (header.type != ledger::EntryType::Record || partner_.speaksFor(header.source))
            return {};
        Sight::Answer seen{.visible = partner_.may(trust::Right::ReadProvince), .hidden = {}};
        if (!header.ticket_no.empty()) {
            auto known = sight.of(view, header.ticket_no);
            if (!known) return std::move(known).error();
            seen = *known;
        }
        if (!seen.visible) return {};
        auto entry = view.entry(header.seq);
        if (!entry && entry.error().code == ErrorCode::LedgerErased) return {};
        if (!entry) return std::move(entry).error();
        auto record = ticket::fromCanonicalText(entry->payload);
        if (!record)
            return base::makeError(
                ErrorCode::LedgerCorrupt, "record " + std::to_string(header.seq)
            );
        writeRecord(out_, header, *record, seen.hidden ? &*seen.hidden : nullptr);
        ++items_;
        return {};
    }

    Services& services_;
    const trust::Partner& partner_;
    const std::vector<ledger::Epoch> epochs_;
    const std::size_t limit_;
    ledger::Seq next_;
    std::size_t examined_ = 0;
    std::size_t items_ = 0;
    rapidjson::StringBuffer text_;
    JsonWriter out_;
};

base::Status waitForItems(
    Services& services, const Request& request, Feed& feed, std::int64_t wait_ms
) {
    const LongPolls::Place place(services.long_polls, request.partner().id);
    if (place.verdict() == LongPolls::Verdict::PartnerWaits) {
        return base::makePublicError(
            ErrorCode::TooManyRequests, "This partner waits for changes already.",
            "该对接方已有一个等待中的变更请求。"
        );
    }
    // All places taken is not this partner's doing: it is answered without waiting.
    if (place.verdict() == LongPolls::Verdict::AllTaken) return {};
    const auto end_ms = services.clock.steadyMillis() + wait_ms;
    while (feed.empty() && !feed.full() && !request.stopping()) {
        const auto left_ms = end_ms - services.clock.steadyMillis();
        if (left_ms <= 0) return {};
        if (!services.store.waitForEntry(feed.next(), std::min(left_ms, kWaitSliceMs))) continue;
        if (auto status = feed.advance(); !status) return status;
    }
    return {};
}

base::Result<Feed::From> startOf(Services& services, const Request& request) {
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    Feed::From from{.epochs = (*snapshot)->epochs()};
    const auto after = request.query.find("after");
    if (after == request.query.end()) return from;
    auto seq = ledger::readFeedCursor(from.epochs, after->second, (*snapshot)->lastSeq());
    if (!seq) {
        return base::makePublicError(
            ErrorCode::ParameterInvalid, "after must be a `next` that this ledger gave.",
            "after 须为本账本先前给出的 next。"
        );
    }
    from.after = *seq;
    return from;
}

}  // namespace

base::Result<Answer> getChanges(Services& services, const Request& request) {
    auto from = startOf(services, request);
    if (!from) return std::move(from).error();
    auto limit = numberParameter(request, "limit", kChangesItemsDefault, 1, kChangesItemsMax);
    if (!limit) return std::move(limit).error();
    auto wait_s = numberParameter(request, "wait", 0, 0, kChangesWaitSecondsMax);
    if (!wait_s) return std::move(wait_s).error();
    Feed feed(services, request.partner(), *std::move(from), *limit);
    if (auto status = feed.advance(); !status) return status.error();
    if (feed.empty() && !feed.full() && *wait_s > 0) {
        auto status =
            waitForItems(services, request, feed, static_cast<std::int64_t>(*wait_s) * 1000);
        if (!status) return status.error();
    }
    return feed.answer();
}

}  // namespace yht::http
