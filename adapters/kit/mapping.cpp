#include "adapters/kit/mapping.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/time_text.h"
#include "gateway/json/json.h"

namespace yht::kit {
namespace {

constexpr std::uint8_t kNoGroup = 0xFF;
constexpr std::size_t kRegionCharacters = 6;  // of a ticket number, and of a row of reporting_units

void appendNumber(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

/// Exact, then the city, then the province: 430211 → 430200 → 430000.
const std::string* findUnit(const Vocabulary& units, const std::string& region) {
    if (region.size() < kRegionCharacters) return nullptr;
    for (const std::size_t significant : {6, 4, 2}) {
        std::string key = region.substr(0, significant);
        key.resize(kRegionCharacters, '0');
        if (const auto* unit = units.find(key)) return unit;
    }
    return units.fallback();
}

/// One record on its way through the rows. Lives for one call of Mapping::map.
class MappingRun {
public:
    MappingRun(
        const std::string& type, const MappingStyle& style, const OutboundRecord& record,
        const MappingContext& context, MappedRecord& mapped
    )
        : type_(type),
          style_(style),
          record_(record),
          context_(context),
          mapped_(mapped),
          writer_(style.form, mapped.text) {}

    /// True where the row wrote its target.
    bool run(const MappingRow& row, const Target& target, const Target& into) {
        row_ = &row;
        target_ = &target;
        into_ = &into;
        if (!row.when.holds(record_.record)) return false;
        if (row.has_when_not && row.when_not.holds(record_.record)) return false;
        for (const auto& source : row.from) {
            source_ = &source;
            if (source.is_context) {
                contextText();
                if (!scratch_.empty()) return scalar(scratch_);
                continue;
            }
            const ticket::Value* value = record_.record.find(source.field);
            if (value == nullptr) continue;
            if (const auto* text = std::get_if<std::string>(value)) {
                if (!text->empty()) return scalar(*text);
            } else if (const auto* list = std::get_if<std::vector<std::string>>(value)) {
                if (!list->empty())
                    return row.conversion == Conversion::List ? array(*list) : joined(*list);
            } else if (const auto& map = std::get<std::map<std::string, std::string>>(*value);
                       !map.empty()) {
                return object(map);
            }
        }
        if (row.has_fallback) return writeText(row.fallback);
        if (needed()) {
            source_ = row.from.empty() ? nullptr : &row.from.front();
            if (wantsUnit()) return noUnit();
            fail("missing", "", "the far side requires it", "对端必填");
        }
        return false;
    }

    void finish() { writer_.finish(); }

private:
    bool needed() const {
        return row_->need == Need::Required ||
               (row_->need == Need::RequiredWhen && row_->need_when.holds(record_.record));
    }

    bool wantsUnit() const {
        return source_ != nullptr && source_->is_context && source_->context == ContextValue::ReportingUnit && style_.reporting_units;
    }
    /// A region is nobody's secret, and what has to be added is one row.
    bool noUnit() {
        const std::string region = acceptingRegion();
        const std::string en = "the far side requires it, and the table of reporting_units has no row for region " + region;
        const std::string zh = "对端必填,而 reporting_units 对照表中没有行政区划 " + region + " 的行";
        return fail("missing", region, en.c_str(), zh.c_str());
    }

    bool fail(const char* code, std::string limit, const char* en, const char* zh) {
        mapped_.errors.push_back(
            {source_ == nullptr ? std::string() : source_->pointer, code, std::move(limit),
             std::string(en) + " (" + row_->to + ")", std::string(zh) + "(" + row_->to + ")"}
        );
        return false;
    }

    std::string acceptingRegion() const {
        const auto& own = record_.record.text(ticket::Field::accepting_region);
        if (!own.empty()) return own;
        if (record_.ticket_no.size() > kRegionCharacters)
            return record_.ticket_no.substr(0, kRegionCharacters);
        return context_.accepting_region;
    }

    /// Puts the value of source_ into scratch_; "" where there is none.
    void contextText() {
        scratch_.clear();
        switch (source_->context) {
            case ContextValue::Seq:
                appendNumber(scratch_, record_.sentNumber());
                break;
            case ContextValue::TicketNo:
                scratch_ = record_.ticket_no;
                break;
            case ContextValue::Type:
                scratch_ = type_;
                break;
            case ContextValue::Version:
                appendNumber(scratch_, record_.record.identity().version);
                break;
            case ContextValue::Correction:
                appendNumber(scratch_, record_.record.identity().correction);
                break;
            case ContextValue::Op:
                scratch_ = record_.record.isVoid() ? "void" : "put";
                break;
            case ContextValue::Origin: {
                const auto& origin = record_.record.text(ticket::Field::origin);
                scratch_ = origin.empty() ? "live" : origin;
                if (record_.late && scratch_ == "live") scratch_ = "late";
                break;
            }
            case ContextValue::CommittedTime:
                scratch_ = base::formatRfc3339(record_.committed_ms);
                break;
            case ContextValue::AcceptingRegion:
                scratch_ = acceptingRegion();
                break;
            case ContextValue::ReportingUnit: {
                scratch_ = context_.reporting_unit;
                if (!scratch_.empty() || !style_.reporting_units) break;
                if (const auto* unit = findUnit(*style_.reporting_units, acceptingRegion()))
                    scratch_ = *unit;
                break;
            }
            case ContextValue::SenderId:
                scratch_ = context_.sender_id;
                break;
            case ContextValue::PartyNumber: {
                const auto found = record_.numbers.find(source_->party);
                if (found != record_.numbers.end()) scratch_ = found->second;
                break;
            }
        }
    }

    bool scalar(const std::string& text) {
        switch (row_->conversion) {
            case Conversion::Code:
                return code(text);
            case Conversion::Time:
                return time(text);
            case Conversion::Flag:
                return writeText(text == "true" ? style_.flag_true : style_.flag_false);
            case Conversion::Number:
                return number(text);
            case Conversion::Region:
                return region(text);
            case Conversion::Text:
            case Conversion::Joined:
                return fitted(text);
            case Conversion::List:
                return array({text});
            case Conversion::Map:
                break;  // the loader gives Map to fields of that type only
        }
        YHT_ASSERT(false);
        return false;
    }

    /// Their code for ours; nullptr where there is none.
    const std::string* translated(const std::string& ours) {
        if (!row_->codes) return &ours;
        if (const auto* theirs = row_->codes->find(ours)) return theirs;
        const auto* fallback = row_->codes->fallback();
        if (fallback != nullptr) ++mapped_.fallbacks;
        return fallback;
    }

    bool code(const std::string& text) {
        const auto* theirs = translated(text);
        if (theirs != nullptr) return writeText(*theirs);
        return fail(
            "no_code", row_->codes->name(), "the far side has no code for it", "对端没有对应代码"
        );
    }

    bool time(const std::string& text) {
        const auto time_ms = base::parseRfc3339(text);
        if (!time_ms) return fail("not_a_time", "", "not a time with a zone", "不是带时区的时间");
        return writeText(base::formatCivil(
            base::toCivil(*time_ms, base::kShanghaiOffsetSeconds), row_->time_format
        ));
    }

    bool number(const std::string& text) {
        if (row_->bytes_max > 0 && text.size() > row_->bytes_max) {
            return fail("too_long", std::to_string(row_->bytes_max), "too many digits", "位数过多");
        }
        if (style_.numbers_as_text) return writeText(text);
        writer_.number(*target_, text);
        return true;
    }

    bool region(const std::string& text) {
        std::string region = text;
        if (const auto* theirs = row_->codes ? row_->codes->find(text) : nullptr) region = *theirs;
        if (style_.region_characters > 0) {
            if (region.size() > style_.region_characters) {
                return fail(
                    "too_long", std::to_string(style_.region_characters), "region too long",
                    "区划过长"
                );
            }
            region.resize(style_.region_characters, '0');
        }
        return writeText(region);
    }

    bool joined(const std::vector<std::string>& list) {
        std::string all;
        for (const auto& item : list) {
            const auto* text = row_->conversion == Conversion::Joined ? translated(item) : &item;
            if (text == nullptr) {
                return fail(
                    "no_code", row_->codes->name(), "the far side has no code for it",
                    "对端没有对应代码"
                );
            }
            if (!all.empty()) all += row_->join;
            all += *text;
        }
        return fitted(all);
    }

    std::string_view fit(std::string_view text, std::size_t bytes_max, std::string_view& rest) {
        const auto result =
            fitText(text, {style_.charset.get(), bytes_max, style_.substitute}, owned_);
        mapped_.substitutions += result.substituted;
        rest = result.rest;
        return result.text;
    }

    bool fitted(std::string_view text) {
        const auto substitutions_before = mapped_.substitutions;
        std::string_view rest;
        const auto whole = fit(text, row_->bytes_max, rest);
        if (rest.empty()) return writeText(whole);
        switch (row_->overflow) {
            case Overflow::Omit:
                if (needed()) return tooLong();
                mapped_.substitutions = substitutions_before;
                ++mapped_.cuts;
                return false;
            case Overflow::Refuse:
                return tooLong();
            case Overflow::Cut:
                mapped_.substitutions = substitutions_before;
                return write(*target_, shortened(text, row_->bytes_max));
            case Overflow::Split:
                break;
        }
        writeText(whole);
        const auto substitutions_first = mapped_.substitutions;
        std::string_view beyond;
        const auto second = fit(rest, row_->into_bytes_max, beyond);
        if (beyond.empty()) return write(*into_, second);
        mapped_.substitutions = substitutions_first;
        return write(*into_, shortened(rest, row_->into_bytes_max));
    }

    bool tooLong() {
        return fail(
            "too_long", std::to_string(row_->bytes_max) + " bytes " + style_.charset->name(),
            "longer than the far side takes", "超过对端长度"
        );
    }

    std::string shortened(std::string_view text, std::size_t bytes_max) {
        ++mapped_.cuts;
        std::string_view rest;
        const auto kept = fit(text, bytes_max - style_.charset->bytesOfText(style_.cut_mark), rest);
        return std::string(kept) + style_.cut_mark;
    }

    bool array(const std::vector<std::string>& list) {
        writer_.beginList(*target_);
        for (const auto& item : list) {
            std::string cut;
            const auto entry = bounded(item, cut);
            if (!entry) return false;
            writer_.listEntry(*entry);
        }
        writer_.endList();
        return true;
    }

    bool object(const std::map<std::string, std::string>& map) {
        writer_.beginMap(*target_);
        for (const auto& [key, text] : map) {
            std::string_view rest;
            const std::string name(fit(key, 0, rest));
            std::string cut;
            const auto entry = bounded(text, cut);
            if (!entry) return false;
            writer_.mapEntry(name, *entry);
        }
        writer_.endMap();
        return true;
    }

    /// One entry of a list or map; `cut` holds it where it had to be shortened. nullopt: it does not fit.
    std::optional<std::string_view> bounded(std::string_view text, std::string& cut) {
        const auto substitutions_before = mapped_.substitutions;
        std::string_view rest;
        const auto whole = fit(text, row_->bytes_max, rest);
        if (rest.empty()) return whole;
        if (row_->overflow != Overflow::Cut) {
            tooLong();
            return std::nullopt;
        }
        mapped_.substitutions = substitutions_before;
        cut = shortened(text, row_->bytes_max);
        return cut;
    }

    bool writeText(std::string_view text) { return write(*target_, text); }

    bool write(const Target& target, std::string_view text) {
        writer_.text(target, text);
        return true;
    }

    const std::string& type_;
    const MappingStyle& style_;
    const OutboundRecord& record_;
    const MappingContext& context_;
    MappedRecord& mapped_;
    RecordWriter writer_;
    const MappingRow* row_ = nullptr;
    const Target* target_ = nullptr;
    const Target* into_ = nullptr;
    const ValueSource* source_ = nullptr;
    std::string scratch_, owned_;
};

}  // namespace

bool Condition::holds(const ticket::Record& record) const {
    return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
        const auto& text = record.text(term.field);
        return std::find(term.values.begin(), term.values.end(), text) != term.values.end();
    });
}

Mapping::Mapping(std::string type, std::vector<MappingRow> rows, MappingStyle style)
    : type_(std::move(type)), rows_(std::move(rows)), style_(std::move(style)) {
    std::map<std::string, std::uint8_t> groups;
    for (const auto& row : rows_) {
        targets_.push_back(targetOf(row.to, style_.form));
        intos_.push_back(targetOf(row.into, style_.form));
        const auto same = std::count_if(rows_.begin(), rows_.end(), [&](const auto& other) {
            return other.to == row.to;
        });
        const auto group = static_cast<std::uint8_t>(groups.size());
        groups_.push_back(same == 1 ? kNoGroup : groups.emplace(row.to, group).first->second);
    }
    YHT_ASSERT(groups.size() <= 64);
}

MappedRecord Mapping::map(const OutboundRecord& record, const MappingContext& context) const {
    constexpr std::size_t kUsualBytes = 4096;
    MappedRecord mapped;
    mapped.text.reserve(kUsualBytes);
    MappingRun run(type_, style_, record, context, mapped);
    const bool is_void = record.record.isVoid();
    std::uint64_t written = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (is_void && !rows_[i].in_void) continue;
        const std::uint64_t group = groups_[i] == kNoGroup ? 0 : std::uint64_t{1} << groups_[i];
        if ((written & group) != 0) continue;
        if (run.run(rows_[i], targets_[i], intos_[i])) written |= group;
    }
    run.finish();
    return mapped;
}

bool MappingRow::writes(std::string_view target) const {
    const auto is = [&](std::string_view own) {
        return own == target || (own.size() > target.size() && own.ends_with(target) &&
                                 own[own.size() - target.size() - 1] == '/');
    };
    return !target.empty() && (is(to) || is(into));
}

bool Mapping::knows(const std::string& target) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const MappingRow& row) {
        return row.writes(target);
    });
}

std::string Mapping::pointerOf(const std::string& target) const {
    for (const auto& row : rows_) {
        if (row.writes(target) && !row.from.empty()) return row.from.front().pointer;
    }
    return "/" + json::pointerToken(target);
}

}  // namespace yht::kit
