// View's methods over Lookups, once for the writer's transaction and once for snapshots.
// Uses: sqlite_lookups. Used by: ledger/store only.
#pragma once

#include <cstdlib>

#include "gateway/ledger/store/sqlite_lookups.h"

namespace yht::ledger {

/// `Interface` is Transaction or Snapshot. A fault of a look-up goes to onFault(), which must not
/// return.
template <class Interface>
class SqliteView : public Interface {
public:
    std::optional<KnownIdentity> findIdentity(const ticket::Identity& identity) override {
        return ask([&] { return lookups().findIdentity(identity); });
    }
    bool sameBody(const KnownIdentity& known, base::BytesView body_digest) override {
        return lookups().sameBody(known, body_digest);
    }
    std::optional<KnownIdentity> findLatest(
        const std::string& source, ticket::Kind kind, const std::string& record_ref
    ) override {
        return ask([&] { return lookups().findLatest(source, kind, record_ref); });
    }
    std::optional<std::string> findTicket(const std::string& party, const std::string& number)
        override {
        return ask([&] { return lookups().findTicket(party, number); });
    }
    std::vector<Alias> aliases(const std::string& ticket_no) override {
        return ask([&] { return lookups().aliases(ticket_no); });
    }
    std::vector<AttachmentName> attachmentNames(const std::string& digest, std::size_t limit)
        override {
        return ask([&] { return lookups().attachmentNames(digest, limit); });
    }
    bool namesAttachments(Seq seq) override {
        return ask([&] { return lookups().namesAttachments(seq); });
    }
    base::Bytes phoneDigest(const std::string& number) override { return lookups().digests().phone(number); }
    std::vector<PhoneName> phoneNames(base::BytesView digest, Seq after, std::size_t limit) override {
        return ask([&] { return lookups().phoneNames(digest, after, limit); });
    }
    std::vector<std::string> ticketsNamingCall(const CallName& call, std::size_t limit) override {
        return ask([&] { return lookups().ticketsNamingCall(call, limit); });
    }
    RekeyState rekeyState() override {
        return ask([&] { return lookups().rekeyState(); });
    }
    bool hasTicket(const std::string& ticket_no) override {
        return ask([&] { return lookups().hasTicket(ticket_no); });
    }
    bool isErased(const std::string& ticket_no) override {
        return ask([&] { return lookups().isErased(ticket_no); });
    }
    bool anyErased() override {
        return ask([&] { return lookups().anyErased(); });
    }
    std::optional<Seq> findReplay(base::BytesView key) override {
        return ask([&] { return lookups().findReplay(key); });
    }
    std::vector<Seq> ticketEntries(const std::string& ticket_no) override {
        return ask([&] { return lookups().ticketEntries(ticket_no); });
    }
    std::optional<Seq> firstEntry(const std::string& ticket_no) override {
        return ask([&] { return lookups().firstEntry(ticket_no); });
    }
    std::vector<Seq> messageEntries(Seq message_seq) override {
        return ask([&] { return lookups().messageEntries(message_seq); });
    }
    base::Result<Entry> entry(Seq seq) override {
        return ask([&] { return lookups().entry(seq); });
    }
    base::Result<Leaf> leaf(Seq seq) override {
        return ask([&] { return lookups().leaf(seq); });
    }
    std::vector<Archive> archives() override {
        return ask([&] { return lookups().archives(); });
    }
    std::vector<LeafHeader> scan(Seq after, std::size_t limit) override {
        return ask([&] { return lookups().scan(after, limit); });
    }
    Seq cursor(const std::string& name) override {
        return ask([&] { return lookups().cursor(name); });
    }
    std::vector<Epoch> epochs() override {
        return ask([&] { return lookups().epochs(); });
    }
    std::vector<DeliveryRow> deliveries(
        const std::string& destination, DeliveryState state, base::UnixMillis due_ms,
        std::size_t limit
    ) override {
        return ask([&] { return lookups().deliveries(destination, state, due_ms, limit); });
    }
    std::vector<DeliveryRow> deliveriesOf(
        const std::string& destination, const std::string& ticket_no
    ) override {
        return ask([&] { return lookups().deliveriesOf(destination, ticket_no); });
    }
    std::vector<DeliveryCount> deliveryCounts() override {
        return ask([&] { return lookups().deliveryCounts(); });
    }
    std::optional<QuarantineRow> quarantined(std::uint64_t id) override {
        return ask([&] { return lookups().quarantined(id); });
    }
    std::optional<std::uint64_t> findQuarantined(
        const std::string& source, base::BytesView item_digest
    ) override {
        return ask([&] { return lookups().findQuarantined(source, item_digest); });
    }
    std::vector<QuarantineRow> quarantine(const QuarantineFilter& filter, std::size_t limit)
        override {
        return ask([&] { return lookups().quarantine(filter, limit); });
    }
    std::vector<QuarantineGroup> quarantineGroups(const QuarantineFilter& filter) override {
        return ask([&] { return lookups().quarantineGroups(filter); });
    }
    bool hasOpenQuarantine(const std::string& source) override {
        return ask([&] { return lookups().hasOpenQuarantine(source); });
    }
    std::uint64_t countOpenQuarantine(const std::string& source, std::uint64_t limit) override {
        return ask([&] { return lookups().countOpenQuarantine(source, limit); });
    }
    std::optional<QuarantineRow> findSettled(
        const std::string& source, base::BytesView item_digest
    ) override {
        return ask([&] { return lookups().findSettled(source, item_digest); });
    }
    bool isQuarantinedAs(std::uint64_t id, base::BytesView item_digest) override {
        return ask([&] { return lookups().isQuarantinedAs(id, item_digest); });
    }
    std::vector<SourceDay> sourceDays(std::int32_t first_day, std::int32_t last_day) override {
        return ask([&] { return lookups().sourceDays(first_day, last_day); });
    }
    std::optional<KeptAnswer> findKeptAnswer(
        base::BytesView key_digest, base::BytesView body_digest
    ) override {
        return ask([&] { return lookups().findKeptAnswer(key_digest, body_digest); });
    }
    std::optional<std::uint64_t> unfinishedFrom(Seq message_seq) override {
        return ask([&] { return lookups().unfinishedFrom(message_seq); });
    }
    std::vector<SourceAttachmentRow> sourceAttachments(
        const SourceAttachmentFilter& filter, std::size_t limit
    ) override {
        return ask([&] { return lookups().sourceAttachments(filter, limit); });
    }
    std::vector<SourceAttachmentCount> sourceAttachmentCounts() override {
        return ask([&] { return lookups().sourceAttachmentCounts(); });
    }
    bool isAttachmentQueued(const std::string& source, const std::string& record_ref) override {
        return ask([&] { return lookups().isAttachmentQueued(source, record_ref); });
    }
    std::vector<Seq> historyHeld(Seq after, Seq upto) override {
        return ask([&] { return lookups().historyHeld(after, upto); });
    }
    std::vector<Seq> historyReleased(std::size_t limit) override {
        return ask([&] { return lookups().historyReleased(limit); });
    }
    std::uint64_t countHeldHistory(const HistoryRange& range) override {
        return ask([&] { return lookups().countHeldHistory(range); });
    }
    std::vector<HistoryCount> historyCounts() override {
        return ask([&] { return lookups().historyCounts(); });
    }

protected:
    virtual Lookups& lookups() = 0;
    virtual void onFault(const SqliteFault& fault) = 0;

    template <class Question>
    auto ask(const Question& question) -> decltype(question()) {
        try {
            return question();
        } catch (const SqliteFault& fault) {
            onFault(fault);
        }
        std::abort();  // there is no answer to return
    }
};

}  // namespace yht::ledger
