#include "gateway/app/readapting.h"

#include <algorithm>

#include "gateway/base/text.h"
#include "gateway/intake/admission/kept_context.h"
#include "gateway/ticket/free_text.h"
#include "gateway/ticket/record_json.h"

namespace yht::app {
namespace {

using ticket::Record;
using Counts = std::map<std::string, std::uint64_t>;

void tally(Counts& counts, const std::string& name, std::uint64_t times = 1) {
    const auto found = counts.find(name);
    if (found != counts.end()) found->second += times;
    else counts[counts.size() < kTroublesNamedMax ? name : std::string(kOtherPaths)] += times;
}

/// " (records.step.ticket_ref)": what a mapping's texts begin with.
std::string targetOf(const base::FieldError& field) {
    const std::string target = field.en.substr(0, std::min(field.en.find(": "), field.en.size()));
    return target.size() == field.en.size() || target.find(' ') != std::string::npos ? "" : " (" + target + ")";
}

std::string troubleOf(const base::Error& error) {
    std::string text = error.row().wire;
    for (std::size_t i = 0; i < std::min(error.fields.size(), intake::kItemErrorsKeptMax); ++i)
        text += " " + error.fields[i].pointer + ":" + error.fields[i].code + targetOf(error.fields[i]);
    // Of the message as a whole: where it breaks off is all there is to go by.
    if (error.fields.empty() && !error.public_en.empty()) text += " " + error.public_en;
    else if (error.fields.empty() && !error.detail.empty()) text += " " + error.detail;
    return text;
}

void note(const kit::AdaptedItem& item, MadeOfMessage& made) {
    for (const auto& seen : item.observations) {
        if (seen.kind == kit::Observation::Kind::UnmappedCode) tally(made.unmapped, seen.place + " " + ticket::withoutTellingForms(seen.text));
        else tally(made.unknown, seen.place);
    }
}

void take(intake::SourceItem&& item, MadeOfMessage& made) {
    ++made.items;
    std::string& fate = made.fates[item.index];
    if (item.fate == kit::ItemFate::Ignored) {
        ++made.ignored;
        tally(made.ignored_by, item.ignored_by);
        fate = "ignored 忽略 " + item.ignored_by;
        return;
    }
    if (item.failure) {
        ++made.failed;
        fate = troubleOf(*item.failure);
        tally(made.failures, fate);
        return;
    }
    for (std::size_t i = 0; i < item.records.size(); ++i) {
        intake::PreparedItem& prepared = item.records[i];
        made.records.push_back(
            {std::move(prepared.record), std::move(prepared.canonical), std::move(prepared.body_digest),
             std::move(prepared.identity), prepared.version_origin, std::move(item.origins[i]), item.index, item.place}
        );
    }
}

std::string clip(const std::string& text) {
    const auto kept = base::prefixByCodePoints(text, kExampleCodePointsMax);
    return kept.size() == text.size() ? text : std::string(kept) + "…";
}

const ticket::Value* valueOf(const Record& record, const ticket::FieldRow& row) { return record.find(row.field); }

std::string textOf(const Record& record, const ticket::FieldRow& row) {
    const auto* value = valueOf(record, row);
    return value == nullptr ? "" : clip(valueText(*value));
}

/// The entries of `ext` in which two records differ.
std::vector<std::string> differingEntries(const Record& before, const Record& after, ticket::Field field) {
    const auto& old_map = before.map(field);
    const auto& new_map = after.map(field);
    std::vector<std::string> names;
    for (const auto& [name, text] : old_map) {
        const auto other = new_map.find(name);
        if (other == new_map.end() || other->second != text) names.push_back(name);
    }
    for (const auto& [name, text] : new_map) {
        if (!old_map.contains(name)) names.push_back(name);
    }
    return names;
}

std::string entryText(const Record& record, ticket::Field field, const std::string& name) {
    const auto& map = record.map(field);
    const auto found = map.find(name);
    return found == map.end() ? "" : clip(found->second);
}

/// Of one item and one kind, by number of the record: of several the same, in their order.
using RecordKey = std::tuple<std::uint64_t, ticket::Kind, std::string, std::size_t>;

std::map<RecordKey, const MadeRecord*> keyed(const MadeOfMessage& made) {
    std::map<RecordKey, const MadeRecord*> records;
    for (const auto& each : made.records) {
        std::size_t nth = 0;
        const std::string& number = each.record.text(ticket::Field::record_ref);
        while (!records.emplace(RecordKey{each.item_index, each.record.kind(), number, nth}, &each).second) ++nth;
    }
    return records;
}

}  // namespace

void MadeOfMessage::add(const MadeOfMessage& other) {
    items += other.items;
    failed += other.failed;
    ignored += other.ignored;
    for (const auto& [counts, others] :
         {std::pair{&ignored_by, &other.ignored_by}, std::pair{&failures, &other.failures},
          std::pair{&unmapped, &other.unmapped}, std::pair{&unknown, &other.unknown}}) {
        for (const auto& [name, times] : *others) tally(*counts, name, times);
    }
}

MadeOfMessage makeOf(
    const kit::Adapter& adapter, std::string_view message, const kit::MessageContext& context, base::Random& random
) {
    MadeOfMessage made;
    kit::MessageContext traced = context;
    traced.trace = true;
    const intake::SourceItems maker(message, adapter.manifest().source, random);
    std::uint64_t next = 0;
    const auto status = adapter.adapt(message, traced, {}, [&](kit::AdaptedItem&& item) {
        next = item.index + 1;
        note(item, made);
        take(maker.prepare(std::move(item)), made);
        return true;
    });
    if (!status.ok()) take(maker.prepareRest(next, status.error()), made);
    return made;
}

base::Result<KeptMessage> keptMessage(ledger::View& view, ledger::Seq seq) {
    auto entry = view.entry(seq);
    if (!entry.ok()) return std::move(entry).error();
    if (entry->header.type != ledger::EntryType::Message) return base::makeError(base::ErrorCode::NotFound);
    auto payload = intake::decodeMessagePayload(entry->payload);
    if (!payload.ok()) return std::move(payload).error();
    auto context = intake::adaptingContext(payload->beside, entry->header.received_ms);
    return KeptMessage{entry->header, std::move(payload->body), std::move(context), !payload->blanks.empty()};
}

std::string valueText(const ticket::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    std::string all;
    const auto add = [&](const std::string& text) { all += (all.empty() ? "" : "; ") + text; };
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        for (const auto& each : *list) add(each);
    } else {
        for (const auto& [name, text] : std::get<std::map<std::string, std::string>>(value)) add(name + "=" + text);
    }
    return all;
}

bool Differences::compare(const Record& before, const Record& after, const ticket::Persons& persons) {
    const auto names = ticket::differingFields(before, after);
    if (names.empty()) return false;
    const std::string kind = ticket::kindRow(after.kind()).name;
    const std::string& number = after.text(ticket::Field::record_ref);
    const Record old_masked = ticket::masked(before, persons), new_masked = ticket::masked(after, persons);
    for (const auto& name : names) {
        const auto* row = ticket::findField(after.kind(), name);
        if (row == nullptr || row->field == ticket::Field::correction) continue;
        if (row->type != ticket::FieldType::Map) {
            count(kind + "/" + name, {number, textOf(old_masked, *row), textOf(new_masked, *row)});
            continue;
        }
        for (const auto& entry : differingEntries(before, after, row->field)) {
            count(kind + "/" + name + "/" + entry,
                  {number, entryText(old_masked, row->field, entry), entryText(new_masked, row->field, entry)});
        }
    }
    return true;
}

void Differences::count(const std::string& path, Example example) {
    auto found = paths_.find(path);
    if (found == paths_.end()) {
        const bool room = paths_.size() < kDifferencePathsMax;
        found = paths_.try_emplace(room ? path : std::string(kOtherPaths)).first;
        if (!room) example = {};
    }
    ++found->second.count;
    if (example.record_ref.empty() || found->second.examples.size() >= kDifferenceExamplesMax) return;
    found->second.examples.push_back(std::move(example));
}

void Differences::compareMessages(const MadeOfMessage& before, const MadeOfMessage& after) {
    for (const auto& [item, fate] : after.fates) {
        const auto other = before.fates.find(item);
        const std::string old_fate = other == before.fates.end() ? "none 无" : other->second;
        if (old_fate != fate) {
            const auto told = [](const std::string& text) { return text.empty() ? "accepted 受理" : text; };
            count("(item 条目) " + told(old_fate) + " → " + told(fate));
        }
    }
    for (const auto& [item, fate] : before.fates) {
        if (!after.fates.contains(item)) count("(item 条目) gone 消失");
    }
    const auto old_records = keyed(before), new_records = keyed(after);
    for (const auto& [key, made] : new_records) {
        const auto other = old_records.find(key);
        if (other == old_records.end()) {
            if (before.fates.contains(made->item_index) && before.fates.at(made->item_index).empty())
                count(std::string(ticket::kindRow(made->record.kind()).name) + " (new 新增)",
                      {made->record.text(ticket::Field::record_ref), "", ""});
            continue;
        }
        if (other->second->canonical == made->canonical) continue;
        ticket::Persons persons;
        persons.learn(other->second->record);
        persons.learn(made->record);
        compare(other->second->record, made->record, persons);
    }
    for (const auto& [key, made] : old_records) {
        if (new_records.contains(key)) continue;
        if (after.fates.contains(made->item_index) && after.fates.at(made->item_index).empty())
            count(std::string(ticket::kindRow(made->record.kind()).name) + " (gone 消失)",
                  {made->record.text(ticket::Field::record_ref), "", ""});
    }
}

}  // namespace yht::app
