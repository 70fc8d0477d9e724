#include "gateway/app/replaying.h"

#include <algorithm>

#include "gateway/app/terminal.h"
#include "gateway/intake/admission/decide.h"
#include "gateway/json/members.h"
#include "gateway/ticket/record_json.h"

namespace yht::app {
namespace {

using ticket::Field;
using ticket::Record;

constexpr std::size_t kScanPageEntries = 4096;

struct Brought {
    Record record{ticket::Kind::Appeal};
    bool made_again = false;
};
using RecordName = std::pair<ticket::Kind, std::string>;

RecordName nameOf(const Record& record) { return {record.kind(), record.text(Field::record_ref)}; }

/// What the message brought, as it reads by now: of a record and its corrections by this way the last.
std::map<RecordName, Brought> broughtBy(ledger::View& view, ledger::Seq message) {
    std::map<RecordName, Brought> all;
    for (const auto seq : view.messageEntries(message)) {
        const auto entry = view.entry(seq);
        if (!entry.ok()) continue;  // erased
        if (entry->header.assurance == ledger::Assurance::Internal) continue;  // an operator's fix: not the message's own word
        auto record = ticket::fromCanonicalText(entry->payload);
        if (!record.ok()) continue;
        record->erase(Field::correction);
        const auto name = nameOf(*record);
        all.insert_or_assign(name, Brought{*std::move(record)});
    }
    return all;
}

const char* kindName(const Record& record) { return ticket::kindRow(record.kind()).name; }

class Replay {
public:
    Replay(ledger::View& view, const kit::Adapter& adapter, base::Random& random)
        : view_(view), adapter_(adapter), random_(random) {}

    void message(const ledger::LeafHeader& header, Replayed& all) {
        const auto differing_before = all.differing.size();
        compare(header.seq, all);
        if (header.adapter_version == adapter_.version()) return;
        ++all.earlier;
        all.earlier_differing += all.differing.size() - differing_before;
    }

private:
    void compare(ledger::Seq seq, Replayed& all) {
        const auto kept = keptMessage(view_, seq);
        ++all.messages;
        if (!kept.ok()) {
            ++all.unreadable;
            return;
        }
        const auto made = makeOf(adapter_, kept->body, kept->context, random_);
        auto brought = broughtBy(view_, seq);
        bool differs = false;
        for (const auto& record : made.records) differs = compare(record, brought, all) || differs;
        for (const auto& [name, then] : brought) {
            if (then.made_again) continue;
            ++all.gone;
            differs = true;
            all.differences.count(std::string(kindName(then.record)) + " (gone 不再产生)", {name.second, "", ""});
        }
        if (differs) all.differing.push_back(seq);
    }

    bool compare(const MadeRecord& made, std::map<RecordName, Brought>& brought, Replayed& all) {
        const auto then = brought.find(nameOf(made.record));
        if (then != brought.end()) {
            then->second.made_again = true;
            if (then->second.record == made.record) {
                ++all.same;
                return false;
            }
            ++all.differ;
            ticket::Persons persons;
            persons.learn(then->second.record);
            persons.learn(made.record);
            all.differences.compare(then->second.record, made.record, persons);
            return true;
        }
        const auto latest = view_.findLatest(made.identity.source, made.identity.kind, made.identity.record_ref);
        if (latest && adapter_.manifest().unchanged_is_duplicate && intake::saysTheSame(view_, *latest, made.record)) {
            ++all.same;
            return false;
        }
        const bool known = latest && (made.version_origin == ticket::VersionOrigin::Latest ||
                                      view_.findIdentity(made.identity).has_value());
        if (known) {
            ++(view_.sameBody(*latest, made.body_digest) ? all.same : all.elsewhere);
            return false;
        }
        ++all.made_new;
        all.differences.count(std::string(kindName(made.record)) + " (new 新增)", {made.record.text(Field::record_ref), "", ""});
        return true;
    }

    ledger::View& view_;
    const kit::Adapter& adapter_;
    base::Random& random_;
};

}  // namespace

base::Result<Replayed> replayMessages(
    LongReader& reader, const kit::Adapter& adapter, const ReplayRange& range, base::Random& random
) {
    Replayed all;
    const std::string& id = adapter.manifest().id;
    for (ledger::Seq after = 0;;) {
        const auto page = reader.view();
        if (!page.ok()) return page.error();
        const auto headers = (*page)->scan(after, kScanPageEntries);
        if (headers.empty()) return all;
        after = headers.back().seq;
        for (const auto& header : headers) {
            if (header.type != ledger::EntryType::Message || header.adapter != id) continue;
            if (header.received_ms < range.from_ms || header.received_ms >= range.to_ms) continue;
            if (all.messages == range.messages_max) {
                all.more = true;
                return all;
            }
            const auto view = reader.view();
            if (!view.ok()) return view.error();
            Replay(**view, adapter, random).message(header, all);
        }
    }
}

void writeDifferences(rapidjson::Writer<rapidjson::StringBuffer>& out, const Differences& differences) {
    out.StartObject();
    for (const auto& [path, found] : differences.paths()) {
        out.Key(path.c_str());
        out.StartObject();
        json::writeNumber(out, "count", found.count);
        out.Key("examples");
        out.StartArray();
        for (const auto& example : found.examples) {
            out.StartObject();
            for (const auto& [name, text] : {std::pair{"record_ref", &example.record_ref}, std::pair{"before", &example.before},
                                             std::pair{"after", &example.after}}) {
                json::writeText(out, name, *text);
            }
            out.EndObject();
        }
        out.EndArray();
        out.EndObject();
    }
    out.EndObject();
}

void printDifferences(std::ostream& out, const Differences& differences) {
    if (differences.empty()) return;
    std::vector<std::pair<std::string, const Differences::OfPath*>> sorted;
    for (const auto& [path, found] : differences.paths()) sorted.emplace_back(path, &found);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second->count > b.second->count; });
    Table table{{"次数 count", "字段 field", "例 example", "原 before", "现 after"}, {}};
    for (const auto& [path, found] : sorted) {
        const Differences::Example none;
        const auto& example = found->examples.empty() ? none : found->examples.front();
        table.rows.push_back({std::to_string(found->count), path, clipped(example.record_ref, 24), clipped(example.before, 30), clipped(example.after, 30)});
    }
    out << '\n';
    print(out, table);
}

}  // namespace yht::app
