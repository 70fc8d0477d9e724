#include "gateway/ticket/record.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>

#include "gateway/base/time_text.h"

namespace yht::ticket {
namespace {

constexpr std::size_t kFieldsUsual = 24;  // of a record: most have fewer

/// 0 where `text` is not a whole number.
std::uint64_t unsignedOf(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

auto lowerBound(auto& fields, Field field) {
    return std::lower_bound(
        fields.begin(), fields.end(), field,
        [](const auto& entry, Field wanted) { return entry.first < wanted; }
    );
}

}  // namespace

const Value* Record::find(Field field) const {
    const auto found = lowerBound(fields_, field);
    return found != fields_.end() && found->first == field ? &found->second : nullptr;
}

const std::string& Record::text(Field field) const {
    static const std::string none;
    const Value* value = find(field);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return text == nullptr ? none : *text;
}

std::uint64_t Record::unsignedInteger(Field field) const {
    return unsignedOf(text(field));
}

std::int64_t Record::integer(Field field) const {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(unsignedInteger(field), kMax));
}

std::int64_t Record::timeMillis(Field field) const {
    const std::string& value = text(field);
    return value.empty() ? 0 : base::parseRfc3339(value).value_or(0);
}

const std::vector<std::string>& Record::list(Field field) const {
    static const std::vector<std::string> none;
    const Value* value = find(field);
    const auto* list = value == nullptr ? nullptr : std::get_if<std::vector<std::string>>(value);
    return list == nullptr ? none : *list;
}

const std::map<std::string, std::string>& Record::map(Field field) const {
    static const std::map<std::string, std::string> none;
    const Value* value = find(field);
    const auto* map =
        value == nullptr ? nullptr : std::get_if<std::map<std::string, std::string>>(value);
    return map == nullptr ? none : *map;
}

void Record::set(Field field, Value value) {
    const auto place = lowerBound(fields_, field);
    if (place != fields_.end() && place->first == field) {
        place->second = std::move(value);
    } else if (fields_.capacity() == 0) {
        fields_.reserve(kFieldsUsual);  // moved once, not each time that it doubles
        fields_.emplace_back(field, std::move(value));
    } else {
        fields_.emplace(place, field, std::move(value));
    }
}

void Record::erase(Field field) {
    const auto found = lowerBound(fields_, field);
    if (found != fields_.end() && found->first == field) fields_.erase(found);
}

Identity Record::identity() const {
    Identity identity{
        source(), kind_, text(Field::record_ref), 0,
        static_cast<std::uint32_t>(unsignedInteger(Field::correction))};
    if (has(Field::version)) {
        identity.version = unsignedInteger(Field::version);
    } else if (has(Field::modified_time)) {
        identity.version = static_cast<std::uint64_t>(timeMillis(Field::modified_time));
    } else {
        identity.version = assigned_version_;
    }
    return identity;
}

VersionOrigin Record::versionOrigin() const {
    if (has(Field::version)) return VersionOrigin::Source;
    return has(Field::modified_time) ? VersionOrigin::Modified : VersionOrigin::Latest;
}

void assignVersions(std::span<Record* const> records) {
    using Name = std::tuple<std::string, Kind, std::string>;
    std::map<Name, std::uint64_t> latest;
    for (Record* record : records) {
        std::uint64_t& last =
            latest[{record->source(), record->kind(), record->text(Field::record_ref)}];
        if (record->versionOrigin() == VersionOrigin::Latest) {
            const bool correction = record->unsignedInteger(Field::correction) > 0;
            record->assignVersion(correction && last > 0 ? last : last + 1);
        }
        last = std::max(last, record->identity().version);
    }
}

std::vector<std::string> namedAttachments(const Record& record) {
    std::vector<std::string> digests = record.list(Field::attachment_digests);
    for (const Field field : {Field::digest, Field::recording_digest}) {
        if (record.has(field)) digests.push_back(record.text(field));
    }
    std::sort(digests.begin(), digests.end());
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
    return digests;
}

}  // namespace yht::ticket
