#include "adapters/kit/inbound/coverage.h"
#include "gateway/ticket/free_text.h"

#include <algorithm>

namespace yht::kit {
namespace {

/// Fields that every record of the kind must have and no row of the section writes.
std::vector<std::string> unwrittenFields(const RecordRules& record) {
    std::vector<std::string> missing;
    for (const auto* field : ticket::fieldsOf(record.kind)) {
        if (field->required != ticket::Required::Always || field->field == ticket::Field::source)
            continue;
        const bool written =
            std::any_of(record.rows.begin(), record.rows.end(), [&](const auto& row) {
                return row.field == field;
            });
        if (!written) missing.emplace_back(field->name);
    }
    return missing;
}

bool namesTicket(const RecordRules& record) {
    using ticket::Field;
    return std::any_of(record.rows.begin(), record.rows.end(), [](const auto& row) {
        return row.field->field == Field::ticket_ref || row.field->field == Field::ticket_no ||
               row.field->field == Field::other_refs;
    });
}

void lintRecord(const RecordRules& record, std::vector<std::string>& found) {
    const std::string where = "records." + record.name + ": ";
    for (const auto& name : unwrittenFields(record))
        found.push_back(where + "no row writes " + name + ", which every such record must have");
    if (ticket::kindRow(record.kind).ticket_bound && !namesTicket(record))
        found.push_back(where + "no row names the ticket (ticket_ref, ticket_no or other_refs)");
    for (const auto& row : record.rows) {
        if (row.type == ValueType::Code && !row.vocabulary && !row.from.empty() &&
            row.function.empty())
            found.push_back(
                row.rule + ": " + row.field->name + " takes the source's codes as ours (same_codes)"
            );
    }
}

/// Where the number is gone, a constant would say of every call that it came over it.
void lintHotline(const Manifest& own, const RecordRules& record, std::vector<std::string>& found) {
    if (own.mode != IntegrationMode::Merged) return;
    for (const auto& row : record.rows) {
        if (row.field->field != ticket::Field::hotline_number || !row.from.empty()) continue;
        found.push_back(
            row.rule + ": hotline_number is a constant, but the number of a merged source is gone: leave the row out (12345 is filled in), and "
            "write hotline: \"" + row.fallback + "\" in the manifest for what is history"
        );
    }
}

/// Coordinates whose reference system no row names: every item that has some will wait in quarantine.
void lintPlaces(const RecordRules& record, std::vector<std::string>& found) {
    for (const bool plane : {false, true}) {
        const auto place = std::find_if(record.rows.begin(), record.rows.end(), [&](const auto& row) { return isPlace(row, plane); });
        const std::string system = placeSystem(plane);
        const bool named = std::any_of(record.rows.begin(), record.rows.end(), [&](const auto& row) {
            const std::string target = row.map_name.empty() ? row.field->name : std::string(row.field->name) + "/" + row.map_name;
            return target == system || target == "ext/" + system;
        });
        if (place == record.rows.end() || named) continue;
        found.push_back(
            place->rule + ": coordinates need their reference system: a row " + system +
            (plane ? ", the grid's name" : ", CGCS2000, WGS84, GCJ02 or BD09") + "; nothing is converted"
        );
    }
}

constexpr std::int64_t kDayHours = 15;  // 07:00 to 22:00

/// Rows of `common` that stand in a section with `each` and in one without: a relative path can be right in one of them only.
void lintCommon(const MappingRules& rules, std::vector<std::string>& found) {
    std::set<std::string> of_items;
    for (const auto& record : rules.records) {
        if (record.each) continue;
        for (const auto& row : record.rows) of_items.insert(row.rule);
    }
    for (const auto& record : rules.records) {
        if (!record.each) continue;
        for (const auto& row : record.rows) {
            if (!of_items.contains(row.rule)) continue;
            for (const auto& value : row.from) {
                if (value.kind != InboundValue::Kind::Path || value.text.empty() || value.text.starts_with('/')) continue;
                found.push_back(
                    "records." + record.name + ": " + row.field->name + " of common reads " + value.text +
                    " inside each; a path of the item begins with / there: /" + value.text
                );
            }
        }
    }
}

/// Silence is judged by silent_after_s, in hours that expect something (source_health.cpp).
void lintHealth(const HealthRules& health, std::vector<std::string>& found) {
    if (health.handed_over_once) return;
    const bool expects = health.workday_hour_min > 0 || health.weekend_hour_min > 0 || health.night_hour_min > 0;
    if (health.silent_after_s == 0)
        found.push_back("health.silent_after_s: nobody notices when the source falls silent; of a daily file 93600 (26 h)");
    else if (health.silent_after_s > kDayHours * 3'600 && (health.night_hour_min == 0 || health.weekend_hour_min == 0))
        found.push_back(
            "health.silent_after_s: is longer than hours that expect something follow each other, so it is never reached; write "
            "night_hour_min: 1 and weekend_hour_min: 1, too"
        );
    else if (!expects)
        found.push_back(
            "health.workday_hour_min: silent_after_s counts in hours that expect something; write 1, also for one file a day"
        );
    if (health.lag_s_max == 0)
        found.push_back("health.lag_s_max: nobody notices when items come late; how long after its event an item may come, of a daily file 93600 (26 h)");
}

}  // namespace

void Coverage::add(const AdaptedItem& item) {
    ++items_;
    for (const auto& observation : item.observations) {
        if (observation.kind == Observation::Kind::UnknownMember)
            ++unknown_[observation.place];
        else
            ++unmapped_[observation.place + " " + ticket::withoutTellingForms(observation.text)];
    }
    for (const auto& record : item.records) {
        for (const auto& origin : record.origins) {
            rules_hit_.emplace(origin.rule);
            if (!origin.table.empty()) vocabulary_rows_hit_.insert(origin.vocabularyRow());
        }
    }
}

std::vector<std::string> Coverage::idleVocabularyRows() const {
    std::vector<std::string> idle;
    for (const auto& [name, vocabulary] : manifest_.mapping.vocabularies) {
        for (const auto& table : vocabulary->tables) {
            for (const auto& row : table->rows()) {
                const std::string place = table->name() + ":" + std::to_string(row.line);
                if (!vocabulary_rows_hit_.contains(place)) idle.push_back(place + " " + row.native);
            }
        }
    }
    return idle;
}

std::vector<std::string> Coverage::idleRows() const {
    std::vector<std::string> idle;
    for (const auto& record : manifest_.mapping.records) {
        for (const auto& row : record.rows) {
            if (!rules_hit_.contains(row.rule))
                idle.push_back(record.name + "." + row.field->name + " (" + row.rule + ")");
        }
    }
    return idle;
}

std::vector<std::string> lint(const ReadManifest& manifest) {
    std::vector<std::string> found;
    const Manifest& own = manifest.manifest;
    if (own.owner.unit.empty() || own.owner.person.empty() || own.owner.phone.empty())
        found.push_back("owner: unit, person and phone of who answers for the source");
    lintHealth(own.health, found);
    std::set<const InboundVocabulary*> used;
    for (const auto& record : manifest.mapping.records) {
        lintRecord(record, found);
        lintHotline(own, record, found);
        lintPlaces(record, found);
        for (const auto& row : record.rows) used.insert(row.vocabulary.get());
    }
    lintCommon(manifest.mapping, found);
    for (const auto& [name, vocabulary] : manifest.mapping.vocabularies) {
        if (!used.contains(vocabulary.get()))
            found.push_back("vocabularies." + name + ": no row uses it");
    }
    return found;
}

}  // namespace yht::kit
