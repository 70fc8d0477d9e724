#include "tools/stage/misbehaviour.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace yht::stage {

namespace {

/// A bound for everything a command can set, so that a slip can't stall a run for ever.
constexpr std::int64_t kSlowMillisMax = 600'000;

bool readNumber(const JsonValue& value, std::int64_t& number) {
    if (!value.IsString()) return false;
    const char* begin = value.GetString();
    const char* end = begin + value.GetStringLength();
    const auto [stop, error] = std::from_chars(begin, end, number);
    return error == std::errc{} && stop == end && number >= 0;
}

bool takeOne(std::int64_t& counter) {
    if (counter == 0) return false;
    --counter;
    return true;
}

}  // namespace

const Misbehaviour::NumberRow Misbehaviour::kNumbers[] = {
    {"slow_ms", &Settings::slow_ms},
    {"fail500", &Settings::fail500},
    {"busy429", &Settings::busy429},
    {"busy503", &Settings::busy503},
    {"refuse_batch", &Settings::refuse_batch},
    {"retry_after_s", &Settings::retry_after_s},
    {"cut_after_commit", &Settings::cut_after_commit},
    {"cut_before_commit", &Settings::cut_before_commit},
    {"wrong_signature", &Settings::wrong_signature},
    {"unsigned", &Settings::unsigned_answers},
    {"wrong_key", &Settings::wrong_key},
    {"stale_answer", &Settings::stale_answer},
    {"wrapped_answer", &Settings::wrapped_answer},
    {"replayed_answer", &Settings::replayed_answer},
    {"refuse_next", &Settings::refuse_next},
    {"maintenance_until_ms", &Settings::maintenance_until_ms},
};

const Misbehaviour::TextRow Misbehaviour::kTexts[] = {
    {"refuse_field", &Settings::refuse_field},
    {"refuse_code", &Settings::refuse_code},
    {"refuse_batch_code", &Settings::refuse_batch_code},
};

bool Misbehaviour::applyMember(
    Settings& settings, const std::string& name, const JsonValue& value
) {
    for (const NumberRow& row : kNumbers)
        if (name == row.name) return readNumber(value, settings.*row.member);
    if (name == "down") {
        if (!value.IsBool()) return false;
        settings.down = value.GetBool();
        return true;
    }
    for (const TextRow& row : kTexts) {
        if (name != row.name) continue;
        if (!value.IsString()) return false;
        settings.*row.member = value.GetString();
        return true;
    }
    if (name == "refuse_where") {
        if (!value.IsObject()) return false;
        settings.where_field = textOf(value, "field");
        settings.where_value = textOf(value, "value");
        return true;
    }
    if (name == "refuse_batch_where") {
        if (!value.IsObject()) return false;
        settings.batch_where_field = textOf(value, "field");
        settings.batch_where_value = textOf(value, "value");
        return true;
    }
    return false;
}

std::string Misbehaviour::apply(const JsonValue& command) {
    if (!command.IsObject()) return "(the whole)";
    const std::scoped_lock lock(mutex_);
    Settings changed = settings_;
    for (const auto& member : command.GetObject()) {
        const std::string name = member.name.GetString();
        if (!applyMember(changed, name, member.value)) return name;
    }
    changed.slow_ms = std::min(changed.slow_ms, kSlowMillisMax);
    settings_ = std::move(changed);
    return {};
}

void Misbehaviour::reset() {
    const std::scoped_lock lock(mutex_);
    settings_ = {};
    ++resets_;
    changed_.notify_all();
}

void Misbehaviour::stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

void Misbehaviour::pause(std::int64_t slow_ms) {
    if (slow_ms <= 0) return;
    std::unique_lock lock(mutex_);
    const std::uint64_t resets = resets_;
    ++pausing_;
    changed_.wait_for(lock, std::chrono::milliseconds(slow_ms), [&] {
        return stopped_ || resets_ != resets;
    });
    --pausing_;
}

std::size_t Misbehaviour::pausing() const {
    const std::scoped_lock lock(mutex_);
    return pausing_;
}

bool Misbehaviour::down() const {
    const std::scoped_lock lock(mutex_);
    return settings_.down;
}

Mischief Misbehaviour::next() {
    const std::scoped_lock lock(mutex_);
    Settings& s = settings_;
    Mischief mischief;
    mischief.slow_ms = s.slow_ms;
    const std::int64_t left_ms = s.maintenance_until_ms - clock_.nowMillis();
    if (left_ms > 0) {
        mischief.maintenance = true;
        mischief.retry_after_s = (left_ms + 999) / 1000;
        return mischief;
    }
    // One request suffers one refusal; the next kind waits for the next request.
    mischief.retry_after_s = s.retry_after_s;
    if ((mischief.fail500 = takeOne(s.fail500))) return mischief;
    if ((mischief.busy429 = takeOne(s.busy429))) return mischief;
    if ((mischief.busy503 = takeOne(s.busy503))) return mischief;
    if ((mischief.cut_before_commit = takeOne(s.cut_before_commit))) return mischief;
    if (takeOne(s.refuse_batch)) {
        mischief.refuse_code = s.refuse_batch_code;
        mischief.unsigned_answer = takeOne(s.unsigned_answers);
        return mischief;
    }
    mischief.cut_after_commit = takeOne(s.cut_after_commit);
    mischief.wrong_signature = takeOne(s.wrong_signature);
    mischief.unsigned_answer = takeOne(s.unsigned_answers);
    mischief.wrong_key = takeOne(s.wrong_key);
    mischief.stale_answer = takeOne(s.stale_answer);
    mischief.wrapped_answer = takeOne(s.wrapped_answer);
    mischief.replayed_answer = takeOne(s.replayed_answer);
    return mischief;
}

std::optional<Refusal> Misbehaviour::nextRefusal(const JsonValue& record) {
    const std::scoped_lock lock(mutex_);
    Settings& s = settings_;
    if (!s.where_field.empty() && textOf(record, s.where_field.c_str()) == s.where_value)
        return Refusal{s.where_field, s.refuse_code};
    if (takeOne(s.refuse_next)) return Refusal{s.refuse_field, s.refuse_code};
    return std::nullopt;
}

std::string Misbehaviour::wholeRefusalOf(const JsonValue& record) const {
    const std::scoped_lock lock(mutex_);
    const Settings& s = settings_;
    const bool is_meant = !s.batch_where_field.empty() && textOf(record, s.batch_where_field.c_str()) == s.batch_where_value;
    return is_meant ? s.refuse_batch_code : "";
}

std::string Misbehaviour::describe() const {
    const std::scoped_lock lock(mutex_);
    rapidjson::StringBuffer buffer;
    JsonWriter writer(buffer);
    writer.StartObject();
    for (const NumberRow& row : kNumbers) {
        writer.Key(row.name);
        writer.Int64(settings_.*row.member);
    }
    writer.Key("down");
    writer.Bool(settings_.down);
    writer.EndObject();
    return buffer.GetString();
}

}  // namespace yht::stage
