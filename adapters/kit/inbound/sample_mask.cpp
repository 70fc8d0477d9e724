#include "adapters/kit/inbound/sample_mask.h"

#include <algorithm>
#include <map>
#include <set>

#include "adapters/kit/charset.h"
#include "adapters/kit/inbound/attachment_values.h"
#include "adapters/kit/inbound/byte_replacements.h"
#include "adapters/kit/inbound/invented.h"
#include "gateway/base/text.h"

namespace yht::kit {
namespace {

/// What a scalar is to the mapping; of several uses the first in this order.
/// Number: what identifies a record or its ticket.
enum class Use : std::uint8_t { Needed, Name, Phone, IdNumber, Number, Text, Kept, Unread };

using Uses = std::map<const ItemValue*, Use>;

Use useOf(const InboundRow& row) {
    if (row.vocabulary) return Use::Needed;
    switch (row.field->personal) {
        case ticket::PersonalData::Name:
            return Use::Name;
        case ticket::PersonalData::Phone:
            return Use::Phone;
        case ticket::PersonalData::IdNumber:
            return Use::IdNumber;
        default:
            break;
    }
    if (row.type == ValueType::Phone) return Use::Phone;
    if (row.type == ValueType::IdNumber) return Use::IdNumber;
    if (row.type == ValueType::Reference) return Use::Number;
    if (row.type != ValueType::Text) return Use::Needed;
    // What an extension block holds is anything.
    const bool plain = row.field->personal == ticket::PersonalData::None && row.map_name.empty();
    return plain ? Use::Kept : Use::Text;
}

/// Every scalar of one item, with its use and its path.
class ItemUses {
public:
    ItemUses(const MappingRules& rules, const ItemValue& item) : item_(item) {
        for (const auto& ignore : rules.ignore) compared({&ignore.when, &ignore.when_not}, item);
        for (const auto& section : rules.records) addSection(section);
    }

    Use of(const ItemValue& scalar) const {
        const auto found = uses_.find(&scalar);
        return found == uses_.end() ? Use::Unread : found->second;
    }

private:
    void addSection(const RecordRules& section) {
        std::vector<const ItemValue*> entries = {&item_};
        if (section.each) {
            entries.clear();
            section.each->find(item_, item_, entries);
            entries = flatEntries(entries);
        }
        for (const auto* entry : entries) {
            compared({&section.when, &section.when_not}, *entry);
            for (const auto& row : section.rows) {
                compared({&row.when, &row.when_not}, *entry);
                for (const auto& value : row.from) {
                    if (value.kind == InboundValue::Kind::Path) read(value.path, *entry, useOf(row));
                }
            }
        }
    }
    void compared(std::initializer_list<const InboundCondition*> conditions, const ItemValue& entry) {
        for (const auto* condition : conditions) {
            for (const auto& term : condition->terms) {
                std::vector<const ItemValue*> found;
                term.path.find(item_, entry, found);
                for (const auto* value : flatEntries(found)) {
                    if (value->isScalar() && term.values.contains(value->text())) add(*value, Use::Needed);
                }
            }
        }
    }
    void read(const Path& path, const ItemValue& entry, Use use) {
        std::vector<const ItemValue*> found;
        path.find(item_, entry, found);
        for (const auto* value : flatEntries(found)) below(*value, use);
    }
    void below(const ItemValue& value, Use use) {
        if (value.isScalar()) return add(value, use);
        for (const auto& entry : value.items()) below(entry, use);
        for (const auto& [name, member] : value.members()) below(member, use);
    }
    void add(const ItemValue& scalar, Use use) {
        const auto [found, is_new] = uses_.emplace(&scalar, use);
        if (!is_new) found->second = std::min(found->second, use);
    }

    const ItemValue& item_;
    Uses uses_;
};

struct Scalar {
    std::string path, text;
    Use use = Use::Unread;
};

void collect(const ItemValue& value, const std::string& path, const ItemUses& uses, std::vector<Scalar>& all) {
    if (value.isScalar()) {
        if (!value.text().empty()) all.push_back({path, value.text(), uses.of(value)});
        return;
    }
    for (std::size_t i = 0; i < value.items().size(); ++i)
        collect(value.items()[i], path + "/" + std::to_string(i), uses, all);
    for (const auto& [name, member] : value.members()) collect(member, path + "/" + pathStep(name), uses, all);
}

/// Item by item. Errors: what of it can't be decoded can't be looked through.
base::Result<std::vector<Scalar>> decoded(const DecodeRules& rules, const MappingRules& mapping, std::string_view message) {
    auto decoder = makeDecoder(rules);
    if (!decoder) return std::move(decoder).error();
    std::vector<Scalar> all;
    std::optional<base::Error> failure;
    const auto status = (*decoder)->decode(message, [&](DecodedItem&& item) {
        failure = std::move(item.failure);
        if (failure) return false;
        const ItemUses uses(mapping, item.value);
        collect(item.value, "", uses, all);
        return true;
    });
    if (failure) return *std::move(failure);
    if (!status) return status.error();
    return all;
}

/// What stands around the items and in none of them.
base::Result<std::vector<Scalar>> aroundItems(
    const DecodeRules& rules, const std::vector<Scalar>& items, std::string_view message
) {
    std::vector<Scalar> own;
    if (rules.format != Format::Json || rules.items.empty() || rules.lines) return own;
    DecodeRules whole = rules;
    whole.items.clear();
    whole.array_paths.clear();
    auto all = decoded(whole, MappingRules{}, message);
    if (!all) return all;
    std::set<std::string> texts;
    for (const auto& scalar : items) texts.insert(scalar.text);
    for (auto& scalar : *all) {
        if (!texts.contains(scalar.text)) own.push_back(std::move(scalar));
    }
    return own;
}

/// Numbers of persons that stand anywhere in the bytes and are neither invented nor needed.
bool numbersAreLeft(const std::string& message, const std::vector<Scalar>& scalars) {
    std::set<std::string> needed;
    for (const auto& scalar : scalars) {
        if (scalar.use == Use::Needed || scalar.use == Use::Kept || scalar.use == Use::Number) needed.insert(scalar.text);
    }
    const auto isLeft = [&](const std::string& run) {
        return isNumberOfPerson(run) && !Inventions::isInvented(run) && !needed.contains(run);
    };
    for (std::size_t at = 0; at < message.size();) {
        std::size_t end = at;
        while (end < message.size() && isAsciiWord(static_cast<unsigned char>(message[end]))) ++end;
        // What looks like an escape may be none: 50%13876543210.
        for (const std::size_t rest : {std::size_t{0}, restOfEscape(message, at)}) {
            if (isLeft(message.substr(at + rest, end - at - rest))) return true;
        }
        at = end + 1;
    }
    return false;
}

/// Enough of it to know somebody by: letters, digits and Chinese characters, whatever stands between them.
bool tellsOfSomebody(const Scalar& scalar) {
    std::size_t ascii = 0, wide = 0;
    for (std::size_t at = 0; at < scalar.text.size();) {
        const char32_t c = nextCodePoint(scalar.text, at);
        ascii += isAsciiWord(c) ? 1 : 0;
        wide += isWide(c) ? 1 : 0;
    }
    return ascii >= 5 || wide >= 2;
}

std::string invent(Inventions& inventions, const Scalar& scalar) {
    switch (scalar.use) {
        case Use::Name:
            return inventions.name(scalar.text);
        case Use::Phone:
            return inventions.phone(scalar.text);
        case Use::IdNumber:
            return inventions.idNumber(scalar.text);
        case Use::Text:
        case Use::Unread:
            return inventions.text(scalar.text);
        case Use::Kept:
        case Use::Number:
            return inventions.withoutNumbersOfPersons(scalar.text);
        case Use::Needed:
            break;
    }
    return scalar.text;
}

base::Error failed(base::ErrorCode code, const std::string& en, const std::string& zh) {
    return base::makePublicError(code, en, zh);
}

std::string joined(const std::set<std::string>& paths) {
    std::string all;
    for (const auto& path : paths) all += " " + path;
    return all;
}

/// What becomes of each item: the same before and after, or the sample is none.
base::Result<std::vector<std::string>> fatesOf(
    const Adapter& adapter, const std::string& message, const MessageContext& context
) {
    std::vector<std::string> fates;
    std::map<std::string, std::size_t> tickets;  // which are one stays so, whatever they are called
    const auto status = adapter.adapt(message, context, {}, [&](AdaptedItem&& item) {
        std::string fate = item.ignored_by;
        for (const auto& record : item.records) {
            fate += std::string(" ") + ticket::kindRow(record.record.kind()).name;
            for (const auto& [field, value] : record.record.fields()) fate += " " + std::to_string(static_cast<int>(field));
            for (const auto field : {ticket::Field::ticket_ref, ticket::Field::record_ref})
                fate += " #" + std::to_string(tickets.try_emplace(record.record.text(field), tickets.size()).first->second);
        }
        if (item.failure) {
            fate += item.failure->row().wire;
            for (const auto& field : item.failure->fields) fate += " " + field.pointer + field.code;
        }
        fates.push_back(std::move(fate));
        return true;
    });
    if (!status) return status.error();
    return fates;
}

bool isPerson(const Scalar& scalar) {
    return scalar.use == Use::Name || scalar.use == Use::Phone || scalar.use == Use::IdNumber;
}

/// What is replaced nowhere, numbers of persons aside: the runs of what identifies records, and what stands in a text that
/// the mapping needs, or a column that no rule reads would break a code (12345 beside 12345热线). Who is a person is masked
/// all the same: then the code is hurt, and nothing is given.
class Untouchable {
public:
    explicit Untouchable(const std::vector<Scalar>& scalars) {
        for (const auto& scalar : scalars) {
            if (scalar.use == Use::Needed) needed_.insert(scalar.text);
            if (scalar.use != Use::Number) continue;
            for (const auto run : runsOf(scalar.text)) numbers_.emplace(run);
        }
    }
    /// `text`: of `scalar`, all of it or a run.
    bool covers(const Scalar& scalar, std::string_view text) const {
        if (isNumberOfPerson(text)) return false;
        return numbers_.contains(text) || isNeeded(scalar, text);
    }
    /// It stays although it may be anything: for the reader to look at.
    bool isNeeded(const Scalar& scalar, std::string_view text) const {
        if (isPerson(scalar) || isNumberOfPerson(text)) return false;
        const auto [known, is_new] = known_.try_emplace(std::string(text), false);
        if (is_new) {
            known->second = std::any_of(needed_.begin(), needed_.end(), [&](const std::string& needed) {
                return needed.find(text) != std::string::npos;
            });
        }
        return known->second;
    }

private:
    std::set<std::string, std::less<>> numbers_, needed_;
    mutable std::map<std::string, bool> known_;
};

void addReplacements(
    const Scalar& scalar, const Untouchable& untouchable, Inventions& inventions, ByteReplacements& replacements
) {
    const auto instead = invent(inventions, scalar);
    // As a whole where it is written as it is: a telephone number may have spaces between three digits and four.
    if (isPlain(scalar.text) && tellsOfSomebody(scalar) && !untouchable.covers(scalar, scalar.text)) replacements.add(scalar.text, instead);
    const auto old_runs = runsOf(scalar.text), new_runs = runsOf(instead);
    if (old_runs.size() != new_runs.size()) return;  // found afterwards: it stays as it was
    for (std::size_t i = 0; i < old_runs.size(); ++i) {
        // A picture's address names its ticket: the number stays one number everywhere, or two tickets become one.
        if (untouchable.covers(scalar, old_runs[i])) continue;
        if (isTelling(old_runs[i])) replacements.add(std::string(old_runs[i]), std::string(new_runs[i]));
    }
}

/// What is masked, what stays as it came, and what went wrong: by path.
struct Looked {
    std::set<std::string> masked, kept, left, hurt;
};

/// A text that was masked in part: a run of it that should have been replaced, and stands there still.
bool someRunIsLeft(const Scalar& old, const Scalar& now, const Untouchable& untouchable, Inventions& inventions) {
    const std::string instead = invent(inventions, old);
    const auto old_runs = runsOf(old.text), new_runs = runsOf(instead), now_runs = runsOf(now.text);
    if (old_runs.size() != new_runs.size() || old_runs.size() != now_runs.size()) return false;
    for (std::size_t i = 0; i < old_runs.size(); ++i) {
        const bool meant = isTelling(old_runs[i]) && old_runs[i] != new_runs[i] && !untouchable.covers(old, old_runs[i]);
        if (meant && now_runs[i] == old_runs[i]) return true;
    }
    return false;
}

Looked lookAfterwards(
    const std::vector<Scalar>& before, const std::vector<Scalar>& after, const Untouchable& untouchable, Inventions& inventions
) {
    Looked looked;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Scalar& old = before[i];
        const bool same = old.text == after[i].text;
        if (old.use == Use::Needed) {
            if (!same) looked.hurt.insert(old.path);
            continue;
        }
        const auto runs = runsOf(old.text);
        if (!same) {
            if (someRunIsLeft(old, after[i], untouchable, inventions)) looked.left.insert(old.path);
            looked.masked.insert(old.path);
            const bool stays_in_part = std::any_of(runs.begin(), runs.end(), [&](std::string_view run) {
                return isTelling(run) && untouchable.isNeeded(old, run) && after[i].text.find(run) != std::string::npos;
            });
            if (stays_in_part) looked.kept.insert(old.path);
            continue;
        }
        const bool telling = isPlain(old.text)
                                 ? tellsOfSomebody(old)
                                 : std::any_of(runs.begin(), runs.end(), isTelling);
        if (!telling) continue;
        const bool stays = untouchable.covers(old, old.text) || std::all_of(runs.begin(), runs.end(), [&](std::string_view run) {
            return !isTelling(run) || untouchable.covers(old, run);
        });
        if (stays) looked.kept.insert(old.path);
        else if (old.use == Use::Kept || old.use == Use::Number) looked.kept.insert(old.path);
        else if (invent(inventions, old) != old.text) looked.left.insert(old.path);
    }
    return looked;
}

base::Status checkFormat(const ReadManifest& manifest, const std::string& message) {
    if (message.size() > kRecordedBytesMax)
        return failed(base::ErrorCode::ItemTooLarge, "A sample has at most 1 MiB.", "样例最大 1 MiB。");
    if (manifest.manifest.decode.format != Format::Xlsx) return {};
    return failed(base::ErrorCode::ItemUndecodable,
                  "An xlsx file is packed and can't be masked here: save a copy with invented rows.",
                  "xlsx 文件为压缩格式,无法在此脱敏,请另存一份虚构数据的副本。");
}

}  // namespace

base::Result<MaskedSample> maskSample(
    const Adapter& adapter, const ReadManifest& manifest, const std::string& message, const MessageContext& context
) {
    if (auto fits = checkFormat(manifest, message); !fits) return std::move(fits).error();
    const DecodeRules& rules = manifest.manifest.decode;
    const auto before = decoded(rules, manifest.mapping, message);
    if (!before) return before.error();
    const auto around = aroundItems(rules, *before, message);
    if (!around) return around.error();
    Inventions inventions;
    ByteReplacements replacements(charsetsOf(rules));
    const Untouchable untouchable(*before);
    // Names and numbers first: what they are called there they are called everywhere.
    for (const bool persons : {true, false}) {
        for (const auto& scalar : *before) {
            if (isPerson(scalar) == persons) addReplacements(scalar, untouchable, inventions, replacements);
        }
    }
    for (const auto& scalar : *around) addReplacements(scalar, untouchable, inventions, replacements);
    MaskedSample sample;
    sample.message = replacements.apply(message);
    const auto after = decoded(rules, manifest.mapping, sample.message);
    if (!after || after->size() != before->size()) {
        return failed(base::ErrorCode::ItemUnmapped, "The message can't be read any more once it is masked; mask it by hand.",
                      "脱敏后报文无法解析,请手工脱敏。");
    }
    Looked looked = lookAfterwards(*before, *after, untouchable, inventions);
    if (numbersAreLeft(sample.message, *after)) looked.left.insert("(a telephone or id number outside the items 条目之外的号码)");
    if (!looked.left.empty() || !looked.hurt.empty()) {
        return failed(base::ErrorCode::ItemUnmapped,
                      "Not masked:" + joined(looked.left) + "; changed although the mapping needs it:" + joined(looked.hurt) + ". Mask it by hand.",
                      "未能脱敏:" + joined(looked.left) + ";误改映射所需内容:" + joined(looked.hurt) + "。请手工脱敏。");
    }
    const auto old_fates = fatesOf(adapter, message, context), new_fates = fatesOf(adapter, sample.message, context);
    if (!old_fates || !new_fates || *old_fates != *new_fates) {
        return failed(base::ErrorCode::ItemUnmapped, "The mapping makes something else of the masked message; mask it by hand.",
                      "映射对脱敏后的报文得出不同结果,请手工脱敏。");
    }
    sample.masked.assign(looked.masked.begin(), looked.masked.end());
    sample.kept.assign(looked.kept.begin(), looked.kept.end());
    const TableRules& table = rules.table;
    if (table.header_row > 1 || !table.total_row.begins.empty()) sample.kept.emplace_back("(lines around the rows 行外文字)");
    return sample;
}

}  // namespace yht::kit
