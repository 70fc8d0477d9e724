#include "gateway/intake/admission/readmission.h"

#include <algorithm>
#include <map>

#include "gateway/intake/admission/kept_context.h"
#include "gateway/ticket/record_json.h"
#include "gateway/ticket/validate.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using ticket::Field;
using ticket::Record;

/// What the message brought then.
struct Brought {
    ledger::Seq seq = 0;
    Record record{ticket::Kind::Appeal};
};
using RecordName = std::pair<ticket::Kind, std::string>;
using BroughtRecords = std::map<RecordName, Brought>;  // of several of one number the last

RecordName nameOf(const Record& record) { return {record.kind(), record.text(Field::record_ref)}; }

Record withoutCorrection(Record record) {
    record.erase(Field::correction);
    return record;
}

class Readmission {
public:
    Readmission(const ReadmissionServices& services, ledger::Seq message_seq)
        : services_(services), message_seq_(message_seq) {}

    base::Result<Readmitted> run() {
        if (auto read = readMessage(); !read.ok()) return std::move(read).error();
        base::Status done;
        const SourceItems maker(body_, services_.adapter.manifest().source, services_.random);
        const kit::MessageContext context = adaptingContext(beside_, message_.received_ms);
        // A rest that can't be read brings nothing new; what was read before it does.
        (void)services_.adapter.adapt(body_, context, {}, [&](kit::AdaptedItem&& item) {
            items_.push_back(maker.prepare(std::move(item)));
            if (items_.size() >= kReadmittedPerCommitMax) done = commit();
            return done.ok();
        });
        if (done.ok()) done = commit();
        if (!done.ok()) return std::move(done).error();
        return total_;
    }

private:
    base::Status readMessage() {
        const kit::Manifest& manifest = services_.adapter.manifest();
        if (manifest.lifecycle != kit::Lifecycle::Live) return base::makeError(ErrorCode::SourceUnknown, "not live");
        if (services_.trust->findSource(manifest.source) == nullptr) return base::makeError(ErrorCode::SourceUnknown);
        auto snapshot = services_.store.snapshot();
        if (!snapshot.ok()) return std::move(snapshot).error();
        const auto entry = (*snapshot)->entry(message_seq_);
        if (!entry.ok()) return entry.error();
        const bool ours = entry->header.type == ledger::EntryType::Message && entry->header.adapter == manifest.id;
        if (!ours) return base::makeError(ErrorCode::NotFound);
        auto payload = decodeMessagePayload(entry->payload);
        if (!payload.ok()) return std::move(payload).error();
        body_ = std::move(payload->body);
        beside_ = std::move(payload->beside);
        const trust::Partner* partner = services_.trust->findPartner(entry->header.source);
        stand_in_.id = entry->header.source;
        stand_in_.sources = {manifest.source};
        message_.speaker = partner == nullptr ? &stand_in_ : partner;
        message_.registry = services_.trust.get();
        message_.assurance = entry->header.assurance;
        message_.received_ms = entry->header.received_ms;
        message_.adapter = manifest.id;
        message_.adapter_version = services_.adapter.version();
        message_.unchanged_is_duplicate = manifest.unchanged_is_duplicate;
        message_.message_seq = message_seq_;
        return {};
    }

    base::Status commit() {
        if (items_.empty()) return {};
        Readmitted done;
        base::Status status = services_.store.run([&](ledger::Transaction& transaction) -> base::Status {
            done = {};
            const BroughtRecords brought = broughtThen(transaction);
            for (const SourceItem& item : items_) {
                if (auto judged = judge(transaction, brought, item, done); !judged.ok()) return judged;
            }
            return done.seqs.empty() || !services_.also ? base::Status() : services_.also(transaction);
        });
        items_.clear();
        if (status.ok()) total_.add(done);
        return status;
    }

    BroughtRecords broughtThen(ledger::View& view) const {
        BroughtRecords brought;
        for (const ledger::Seq seq : view.messageEntries(message_seq_)) {
            const auto entry = view.entry(seq);
            if (!entry.ok()) continue;  // erased: decide() refuses what would bring it back
            auto record = ticket::fromCanonicalText(entry->payload);
            if (!record.ok()) continue;
            const RecordName name = nameOf(*record);
            brought.insert_or_assign(name, Brought{seq, *std::move(record)});
        }
        return brought;
    }

    base::Status judge(
        ledger::Transaction& transaction, const BroughtRecords& brought, const SourceItem& item, Readmitted& done
    ) {
        if (item.failure || item.records.empty()) {
            ++done.not_made;
            return {};
        }
        const std::string& source = services_.adapter.manifest().id;
        const auto settled = transaction.findSettled(source, item.digest);
        const bool decided_on = settled && settled->state != ledger::kQuarantineReplayed;
        if (decided_on || transaction.findQuarantined(source, item.digest)) {
            done.waiting += item.records.size();
            return {};
        }
        Readmitted of_item;
        const base::Status taken = transaction.attempt([&](ledger::Transaction& part) -> base::Status {
            for (const PreparedItem& record : item.records) {
                if (auto one = take(part, brought, record, of_item); !one.ok()) return one;
            }
            return {};
        });
        if (taken.ok()) {
            done.add(of_item);
            return {};
        }
        if (!refused_) return taken;
        refused_ = false;
        done.refused += item.records.size();
        return {};
    }

    base::Status take(
        ledger::Transaction& transaction, const BroughtRecords& brought, const PreparedItem& item, Readmitted& done
    ) {
        const auto then = brought.find(nameOf(item.record));
        const bool same_version = then != brought.end() && item.version_origin == then->second.record.versionOrigin() &&
                                  item.identity.version == then->second.record.identity().version;
        if (same_version) return compare(transaction, then->second, item, done);
        const auto latest = transaction.findLatest(item.identity.source, item.identity.kind, item.identity.record_ref);
        const bool other_message = latest && (item.version_origin == ticket::VersionOrigin::Latest ||
                                              transaction.findIdentity(item.identity).has_value());
        if (!other_message) return decide(transaction, item, done.made_new, done);
        if (transaction.sameBody(*latest, item.body_digest)) ++done.known;
        else ++done.passed_over;
        return {};
    }

    /// The message brought this record: what it says of it now, if that is other, corrects it.
    base::Status compare(
        ledger::Transaction& transaction, const Brought& then, const PreparedItem& item, Readmitted& done
    ) {
        if (withoutCorrection(then.record) == item.record) {
            ++done.known;
            return {};
        }
        const auto latest = transaction.findLatest(item.identity.source, item.identity.kind, item.identity.record_ref);
        if (!latest || latest->seq != then.seq) {
            ++done.passed_over;
            return {};
        }
        Record record = item.record;
        record.set(Field::correction, std::to_string(latest->identity.correction + 1));
        auto valid = ticket::validated(std::move(record));
        if (!valid.ok()) return refuse(std::move(valid).error());
        return decide(
            transaction, prepareRecord(*std::move(valid), "", services_.random.bytes(ledger::kSaltBytes)),
            done.corrected, done
        );
    }

    base::Status decide(
        ledger::Transaction& transaction, const PreparedItem& item, std::uint64_t& counted, Readmitted& done
    ) {
        Decider decider(transaction, message_);
        auto decided = decider.decide(item);
        if (!decided.ok()) return std::move(decided).error();
        if (decided->verdict == ItemVerdict::Refused) return refuse(*std::move(decided->error));
        if (decided->verdict == ItemVerdict::Duplicate) {
            ++done.known;
            return {};
        }
        ++counted;
        done.seqs.push_back(decided->seq);
        return {};
    }

    base::Error refuse(base::Error error) {
        refused_ = true;
        return error;
    }

    const ReadmissionServices& services_;
    const ledger::Seq message_seq_;
    std::string body_;
    BesideBytes beside_;
    trust::Partner stand_in_;
    PreparedMessage message_;
    std::vector<SourceItem> items_;
    Readmitted total_;
    bool refused_ = false;  // the part that was undone is a refusal, not a fault
};

}  // namespace

void Readmitted::add(const Readmitted& other) {
    made_new += other.made_new;
    corrected += other.corrected;
    known += other.known;
    passed_over += other.passed_over;
    waiting += other.waiting;
    refused += other.refused;
    not_made += other.not_made;
    seqs.insert(seqs.end(), other.seqs.begin(), other.seqs.end());
}

base::Result<Readmitted> readmit(const ReadmissionServices& services, ledger::Seq message_seq) {
    return Readmission(services, message_seq).run();
}

}  // namespace yht::intake
