#include "adapters/kit/inbound/inbound_mapping.h"

#include <algorithm>
#include <deque>

#include "adapters/kit/inbound/attachment_values.h"
#include "adapters/kit/inbound/item_number.h"
#include "adapters/kit/inbound/native_values.h"
#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/ticket/plane_place.h"

namespace yht::kit {
namespace {

constexpr double kLongitudeMax = 180, kLatitudeMax = 90;
constexpr std::string_view kCutMark = "…";

std::string targetName(const InboundRow& row) {
    return row.map_name.empty() ? row.field->name
                                : std::string(row.field->name) + "/" + row.map_name;
}

/// "/BJSJ"; a path from the item has its slash already.
std::string pointerOf(const std::string* path) {
    if (path == nullptr || path->empty()) return "";
    return path->front() == '/' ? *path : "/" + *path;
}

/// One item on its way. One thread, one use.
class ItemMapper {
public:
    ItemMapper(
        const std::string& source, const MappingRules& rules, const MessageContext& context,
        FunctionState* functions, AdaptedItem& into
    )
        : source_(source), rules_(rules), context_(context), functions_(functions), into_(into) {}

    void run(const ItemValue& item) {
        const RowScope whole{item, item, context_};
        for (const auto& rule : rules_.ignore) {
            if (!applies(rule.when, rule.when_not, whole)) continue;
            into_.fate = ItemFate::Ignored;
            into_.ignored_by = rule.name;
            return;
        }
        for (const auto& section : rules_.records) {
            mapSection(section, whole);
            if (failure_ || !ignored_by_.empty()) break;
        }
        finish();
    }

private:
    bool applies(
        const InboundCondition& when, const InboundCondition& when_not, const RowScope& scope
    ) {
        return natives_.holds(when, scope, rules_.null_tokens) &&
               (when_not.terms.empty() || !natives_.holds(when_not, scope, rules_.null_tokens));
    }

    void mapSection(const RecordRules& section, const RowScope& whole) {
        std::vector<const ItemValue*> entries;
        each_ = section.each ? &section.each->text() : nullptr;
        if (section.each)
            section.each->find(whole.item, whole.item, entries);
        else
            entries.push_back(&whole.item);
        auto single = section.each ? flatEntries(entries) : entries;
        std::deque<ItemValue> parts;
        if (!section.each_separators.empty() && !separate(section, single, parts))
            return error(MappingError::TooMany, &section.each->text(), section.name);
        for (std::size_t i = 0; i < single.size(); ++i) {
            const RowScope scope{whole.item, *single[i], context_, i + 1};
            if (!applies(section.when, section.when_not, scope)) continue;
            if (into_.records.size() >= kRecordsMax)
                return error(MappingError::TooMany, nullptr, section.name);
            mapRecord(section, scope);
            if (failure_ || !ignored_by_.empty()) return;
        }
    }

    /// Several names in one cell: an entry for each; what is no text stays what it is. False: too
    /// many.
    bool separate(
        const RecordRules& section, std::vector<const ItemValue*>& entries,
        std::deque<ItemValue>& parts
    ) const {
        std::vector<const ItemValue*> whole;
        whole.swap(entries);
        for (const auto* entry : whole) {
            if (!entry->isScalar()) {
                entries.push_back(entry);
                continue;
            }
            const auto found = partsOf(entry->text(), section.each_separators);
            if (found.size() > kValuesMax || entries.size() > kRecordsMax) return false;
            for (const auto part : found) {
                if (rules_.null_tokens.contains(part)) continue;
                entries.push_back(
                    &parts.emplace_back(ItemValue::scalar(ItemType::Text, std::string(part)))
                );
            }
        }
        return true;
    }

    void mapRecord(const RecordRules& section, const RowScope& scope) {
        into_.records.push_back({ticket::Record(section.kind), {}});
        record_ = &into_.records.back().record;
        record_->set(ticket::Field::source, source_);
        if (context_.trace) into_.records.back().origins.reserve(section.rows.size());
        extensions_.clear();
        event_day_.reset();
        for (const auto& row : section.rows) {
            if (isSet(row)) continue;
            if (!applies(row.when, row.when_not, scope)) continue;
            const bool complete = std::all_of(row.with.begin(), row.with.end(), [&](auto field) {
                return record_->has(field);
            });
            if (complete) mapRow(row, scope);
            if (failure_ || !ignored_by_.empty()) return;
        }
        for (const auto& row : section.rows) {
            if (!row.required || isSet(row) || !applies(row.when, row.when_not, scope)) continue;
            error(
                MappingError::Required, row.from.empty() ? nullptr : &row.from.front().text,
                targetName(row)
            );
        }
        checkTicket(section);
        checkPlaces(section);
        if (!extensions_.empty()) record_->set(ticket::Field::ext, std::move(extensions_));
        extensions_.clear();
        if (!context_.origin.empty() && !record_->has(ticket::Field::origin))
            record_->set(ticket::Field::origin, context_.origin);
        for (const auto& attachment : section.attachments) mapAttachments(attachment, scope);
    }

    /// Rows that should name the ticket and gave nothing; a section without any is lint's to tell.
    void checkTicket(const RecordRules& section) {
        using ticket::Field;
        constexpr Field kNames[] = {Field::ticket_ref, Field::ticket_no, Field::other_refs};
        const auto names = [&](Field field) { return std::find(std::begin(kNames), std::end(kNames), field) != std::end(kNames); };
        const bool named = std::any_of(std::begin(kNames), std::end(kNames), [&](Field field) { return record_->has(field); });
        if (!record_->has(Field::record_ref)) return;  // validation tells all that is missing
        if (named || section.kind == ticket::Kind::Appeal || !ticket::kindRow(section.kind).ticket_bound) return;
        const auto row = std::find_if(section.rows.begin(), section.rows.end(), [&](const auto& each) { return names(each.field->field); });
        if (row == section.rows.end() || !errors_.empty()) return;
        error(MappingError::TicketMissing, row->from.empty() ? nullptr : &row->from.front().text, "records." + section.name + "." + targetName(*row));
    }

    /// A place is one only in its reference system: without it the numbers point anywhere within some hundred metres, or nowhere.
    void checkPlaces(const RecordRules& section) {
        for (const bool plane : {false, true}) {
            const bool named = plane ? extensions_.contains(ticket::kPlaneSystem)
                                     : record_->has(ticket::Field::coordinate_system) || extensions_.contains(placeSystem(false));
            const auto place = std::find_if(section.rows.begin(), section.rows.end(), [&](const InboundRow& row) {
                return isPlace(row, plane) && isSet(row);
            });
            if (named || place == section.rows.end()) continue;
            error(MappingError::SystemMissing, place->from.empty() ? nullptr : &place->from.front().text, placeSystem(plane));
        }
    }

    bool isSet(const InboundRow& row) const {
        return row.map_name.empty() ? record_->has(row.field->field)
                                    : extensions_.contains(row.map_name);
    }

    void mapRow(const InboundRow& row, const RowScope& scope) {
        table_ = nullptr;
        if (!row.function.empty()) {
            natives_.all().clear();
            if (!callFunction(row, scope)) return;
        } else if (const auto wrong = natives_.collect(row, scope)) {
            return error(wrong->error, wrong->path, targetName(row));
        }
        if (const auto wrong = natives_.separate(row))
            return error(wrong->error, wrong->path, targetName(row));
        auto& values = natives_.all();
        if (row.joined && !values.empty()) join(row, values);
        if (values.empty()) {
            if (row.has_fallback) setFallback(row);
            return;
        }
        if (row.is_list) return setList(row, values);
        if (values.size() > 1 && row.take == Take::Only)
            return error(MappingError::ManyValues, values.front().path, targetName(row));
        const NativeValue value = row.take == Take::Last ? values.back() : values.front();
        if (auto text = typed(row, value)) set(row, std::move(*text), value.path);
    }

    void setFallback(const InboundRow& row) {
        if (!row.is_list) return set(row, row.fallback, nullptr);
        record_->set(row.field->field, listOf(row, row.fallback));
        origin(row, nullptr);
    }

    bool callFunction(const InboundRow& row, const RowScope& scope) {
        auto texts = functions_->call(row.function, natives_.arguments(row, scope));
        if (!texts) {
            failure_ = std::move(texts).error();
            for (auto& field : failure_->fields) {
                field.pointer = pointerOf(row.from.empty() ? nullptr : &row.from.front().text);
                field.en = targetName(row) + ": " + field.en;
                field.zh = targetName(row) + ": " + field.zh;
            }
            return false;
        }
        natives_.replace(std::move(*texts), row);
        return true;
    }

    /// A number joined from parts is another number where a part is missing: then there is none.
    void join(const InboundRow& row, std::vector<NativeValue>& values) {
        std::set<const std::string*> paths;
        for (const auto& value : values) paths.insert(value.path);
        if (row.type == ValueType::Reference && row.function.empty() &&
            paths.size() < row.from.size())
            return values.clear();
        std::string joined;
        for (const auto& value : values)
            joined += (joined.empty() ? "" : row.join) + std::string(value.text);
        const auto* path = values.front().path;
        values = {{natives_.keep(std::move(joined)), ItemType::Text, path}};
    }

    void setList(const InboundRow& row, const std::vector<NativeValue>& values) {
        std::vector<std::string> entries;
        for (const auto& value : values) {
            auto text = typed(row, value);
            if (!text) continue;
            // Levels of a category may have one name twice; everywhere else twice says nothing more
            // than once.
            const bool levels = row.field->field == ticket::Field::category_path;
            for (auto& entry : listOf(row, *text)) {
                if (levels || std::find(entries.begin(), entries.end(), entry) == entries.end())
                    entries.push_back(std::move(entry));
            }
        }
        if (entries.empty()) return;
        record_->set(row.field->field, std::move(entries));
        origin(row, values.front().path);
    }

    /// The catalogue's text for one native value; nullopt where it fails, and the error is kept.
    std::optional<std::string> typed(const InboundRow& row, const NativeValue& value) {
        Typed made = convert(row, value);
        if (!ignored_by_.empty()) return std::nullopt;
        if (made.error) {
            error(
                *made.error, value.path, targetName(row), row.vocabulary ? row.vocabulary->name : ""
            );
            return std::nullopt;
        }
        std::string text = std::move(made.text);
        if (text.empty() && row.vocabulary) return std::nullopt;  // no word of it occurs
        if (!row.prefix.empty()) text.insert(0, row.prefix);
        text += row.suffix;
        // No text has more characters than bytes.
        if (row.code_points_max > 0 && text.size() > row.code_points_max && !fits(row, text)) {
            error(
                MappingError::TooLong, value.path, targetName(row),
                std::to_string(row.code_points_max)
            );
            return std::nullopt;
        }
        return text;
    }

    Typed convert(const InboundRow& row, const NativeValue& value) {
        if (row.vocabulary) return lookUp(row, value);
        switch (row.type) {
            case ValueType::Text:
                return plainLines(value.text);
            case ValueType::Reference:
                return readReference(value.text, value.type);
            case ValueType::Code:
                return std::string(value.text);
            case ValueType::Time:
                return time(row, value);
            case ValueType::Integer:
                return readInteger(value.text);
            case ValueType::Decimal:
                return readDecimal(value.text);
            case ValueType::Flag:
                return row.flags.read(value.text);
            case ValueType::Region:
                return readRegion(value.text);
            case ValueType::Phone:
                return readPhone(value.text);
            case ValueType::IdNumber:
                return readIdNumber(value.text, value.type);
            case ValueType::Money:
                return readMoney(value.text);
            case ValueType::Longitude:
                return readDegrees(value.text, kLongitudeMax);
            case ValueType::Latitude:
                return readDegrees(value.text, kLatitudeMax);
            case ValueType::Plane:
                return readPlane(value.text);
            case ValueType::Digest:
                return readDigest(value.text);
        }
        YHT_ASSERT(false);
    }

    static Typed time(const InboundRow& row, const NativeValue& value) {
        if (value.path != nullptr && *value.path == "$received_time")
            return std::string(value.text);
        const auto time = row.times.read(value.text, value.type);
        if (!time) return MappingError::TimeUnreadable;
        return base::formatRfc3339(*time);
    }

    /// The event's; today where the record has none yet.
    std::int32_t eventDay() {
        if (!event_day_) {
            const auto event_ms = record_->timeMillis(ticket::Field::event_time);
            event_day_ = base::shanghaiDay(event_ms != 0 ? event_ms : context_.received_ms);
        }
        return *event_day_;
    }

    /// Codes are judged by the day of the event.
    Typed lookUp(const InboundRow& row, const NativeValue& value) {
        const auto day = eventDay();
        const auto& vocabulary = *row.vocabulary;
        for (const auto& table : vocabulary.tables) {
            const auto* found = findRow(vocabulary, *table, value.text, day);
            if (found == nullptr) continue;
            table_ = table.get();
            table_line_ = found->line;
            return found->canonical;
        }
        if (vocabulary.unmapped == Unmapped::Next) return std::string();
        if (row.type == ValueType::Region) {
            if (Typed code = readRegion(value.text); !code.error) return code;
        }
        if (context_.trace) {
            into_.observations.push_back(
                {Observation::Kind::UnmappedCode, vocabulary.name, std::string(value.text)}
            );
        }
        switch (vocabulary.unmapped) {
            case Unmapped::Quarantine:
                ++into_.counts.unmapped_codes;
                return row.type == ValueType::Region ? MappingError::RegionUnknown
                                                     : MappingError::CodeUnmapped;
            case Unmapped::Ignore:
                ignored_by_ = vocabulary.ignore_rule;
                return std::string();
            case Unmapped::AcceptAs:
            case Unmapped::Next:
                break;
        }
        ++into_.counts.unmapped_codes;
        keepNative(vocabulary.keep_in, std::string(value.text));
        return vocabulary.accept_as;
    }

    static const CodeTable::Row* findRow(
        const InboundVocabulary& vocabulary, const CodeTable& table, std::string_view text,
        std::int32_t day
    ) {
        if (vocabulary.contained) return table.findContained(text, day);
        const auto* found = table.find(text, day);
        for (auto suffix = vocabulary.suffixes.begin();
             found == nullptr && suffix != vocabulary.suffixes.end(); ++suffix) {
            if (text.size() > suffix->size() && text.ends_with(*suffix))
                found = table.find(text.substr(0, text.size() - suffix->size()), day);
        }
        return found;
    }

    void keepNative(const std::string& place, std::string text) {
        const auto slash = place.find('/');
        const auto* field = ticket::findField(record_->kind(), place.substr(0, slash));
        if (field == nullptr) return;  // checked when the mapping was read
        if (slash == std::string::npos) return record_->set(field->field, std::move(text));
        extensions_.emplace(place.substr(slash + 1), std::move(text));
    }

    bool fits(const InboundRow& row, std::string& text) {
        const auto count = base::countCodePoints(text);
        if (!count || *count <= row.code_points_max)
            return true;  // what is not UTF-8 is validation's to say
        if (!row.into.empty()) return fitsSplit(row, text);
        if (!row.cut) return false;
        text = std::string(base::prefixByCodePoints(text, row.code_points_max - 1)) +
               std::string(kCutMark);
        ++into_.counts.cut_texts;
        return true;
    }

    /// The text's rest goes into its second field; false where that is too short for it.
    bool fitsSplit(const InboundRow& row, std::string& text) {
        const std::string_view head = base::prefixByCodePoints(text, row.code_points_max);
        std::string rest(trimmed(std::string_view(text).substr(head.size())));
        if (base::countCodePoints(rest).value_or(0) > row.into_max) return false;
        text = std::string(trimmed(head));
        if (!rest.empty()) keepNative(row.into, std::move(rest));
        return true;
    }

    void set(const InboundRow& row, std::string text, const std::string* path) {
        if (text.empty()) return;
        if (row.map_name.empty()) {
            if (row.field->field == ticket::Field::event_time) event_day_.reset();
            record_->set(row.field->field, std::move(text));
        } else {
            extensions_[row.map_name] = std::move(text);
        }
        origin(row, path);
    }

    void origin(const InboundRow& row, const std::string* path) {
        if (!context_.trace) return;
        FieldOrigin& origin = into_.records.back().origins.emplace_back();
        origin.field = row.field->field;
        origin.rule = row.rule;
        if (path != nullptr) origin.path = *path;
        origin.map_name = row.map_name;
        if (table_ != nullptr) origin.table = table_->name(), origin.table_line = table_line_;
    }

    void mapAttachments(const AttachmentRules& rules, const RowScope& scope) {
        if (!addAttachments(rules, scope, rules_.null_tokens, into_))
            error(MappingError::TooMany, &rules.content.text(), "attachments");
    }

    void error(
        MappingError what, const std::string* path, const std::string& target,
        std::string limit = {}
    ) {
        // An entry that is itself the value stands where the list does.
        const bool entry_itself = path != nullptr && path->empty() && each_ != nullptr;
        errors_.push_back(
            mappingError(what, pointerOf(entry_itself ? each_ : path), target, std::move(limit))
        );
    }

    void finish() {
        if (!ignored_by_.empty()) {
            into_.fate = ItemFate::Ignored;
            into_.ignored_by = ignored_by_;
        } else if (failure_) {
            into_.failure = std::move(failure_);
        } else {
            if (into_.records.empty() && errors_.empty())
                error(MappingError::NoRecord, nullptr, "");
            if (errors_.empty()) {
                into_.fate = ItemFate::Records;
                return;
            }
            into_.failure = base::makeError(base::ErrorCode::ItemUnmapped);
            into_.failure->fields = std::move(errors_);
        }
        into_.number = itemNumber(into_);
        into_.records.clear();
        into_.attachments.clear();
    }

    const std::string& source_;
    const MappingRules& rules_;
    const MessageContext& context_;
    FunctionState* functions_;
    AdaptedItem& into_;
    NativeValues natives_;
    ticket::Record* record_ = nullptr;
    const std::string* each_ = nullptr;  // of the section at hand
    std::map<std::string, std::string> extensions_;  // of the record at hand: ext is the one map
    std::optional<std::int32_t> event_day_;  // of the record at hand, once it was asked for
    const CodeTable* table_ = nullptr;       // where the value at hand was found; nullptr no table's
    std::uint32_t table_line_ = 0;
    std::string ignored_by_;
    std::vector<base::FieldError> errors_;
    std::optional<base::Error> failure_;
};

}  // namespace

InboundMapping::InboundMapping(std::string source, MappingRules rules)
    : source_(std::move(source)), rules_(std::move(rules)), known_(rules_) {}

void InboundMapping::map(
    const ItemValue& item, const MessageContext& context, FunctionState* functions,
    AdaptedItem& into
) const {
    into.fate = ItemFate::Failed;
    std::function<void(const std::string&)> tell;
    if (context.trace) {
        tell = [&into](const std::string& place) {
            into.observations.push_back({Observation::Kind::UnknownMember, place, ""});
        };
    }
    into.counts.unknown_members += known_.countUnknown(item, tell);
    ItemMapper(source_, rules_, context, functions, into).run(item);
}

}  // namespace yht::kit
