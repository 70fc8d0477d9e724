#include "tools/centre-sim/story.h"

#include <map>
#include <stdexcept>

#include "gateway/base/time_text.h"
#include "tools/stage/json_text.h"

namespace yht::centre_sim {

namespace {

constexpr std::int64_t kMinuteMillis = 60'000;

/// The step's fields, with what only the centre knows added; what the step gives itself stays.
class RecordDraft {
public:
    explicit RecordDraft(const stage::JsonValue& fields) {
        json_.CopyFrom(fields, json_.GetAllocator());
    }
    void set(const char* name, const std::string& value) {
        if (value.empty() || json_.HasMember(name)) return;
        auto& allocator = json_.GetAllocator();
        json_.AddMember(
            stage::JsonValue(name, allocator), stage::JsonValue(value.c_str(), allocator), allocator
        );
    }
    std::string text() const { return stage::jsonText(json_); }
    bool flag(const char* name) const { return stage::textOf(json_, name) == "true"; }

private:
    stage::Json json_;
};

std::string refOf(const std::string& number, std::size_t index) {
    const std::string digits = std::to_string(index + 1);
    return number + "-" + (digits.size() < 2 ? "0" : "") + digits;
}

base::UnixMillis happensAt(
    const StoryOf& of, std::int64_t after_minutes, base::UnixMillis due_ms, std::size_t index
) {
    const base::UnixMillis told_ms = of.appeal_ms + after_minutes * kMinuteMillis;
    return told_ms <= of.now_ms ? told_ms : due_ms + static_cast<base::UnixMillis>(index);
}

}  // namespace

std::vector<StoryRecord> tellStory(const std::string& steps_json, const StoryOf& of) {
    const auto steps = stage::parseJson(steps_json);
    if (!steps || !steps->IsArray() || steps->Size() > kStepsMax)
        throw std::runtime_error("handling is no list of steps");
    std::vector<StoryRecord> records;
    std::map<std::string, std::string> labels;  // label → record_ref
    for (const auto& step : steps->GetArray()) {
        const auto* fields = stage::memberOf(step, "fields");
        if (fields == nullptr || !fields->IsObject())
            throw std::runtime_error("a step has no fields");
        const std::size_t index = records.size();
        const std::string ref = refOf(of.number, index);
        if (const std::string label = stage::textOf(step, "label"); !label.empty())
            labels[label] = ref;
        const std::string assignment = stage::textOf(step, "of");
        if (!assignment.empty() && !labels.contains(assignment))
            throw std::runtime_error("a step is of " + assignment + ", which is not there");
        const base::UnixMillis due_ms =
            of.now_ms + of.delay_ms * static_cast<std::int64_t>(index + 1);
        const std::string event_time = base::formatRfc3339(
            happensAt(of, stage::integerOf(step, "after_minutes", 0), due_ms, index)
        );
        RecordDraft draft(*fields);
        draft.set("kind", stage::textOf(step, "kind"));
        draft.set("source", of.source);
        draft.set("record_ref", ref);
        draft.set("ticket_ref", of.number);
        draft.set("ticket_no", of.ticket_no);
        draft.set("event_time", event_time);
        draft.set("source_seq", std::to_string(index + 2));  // the appeal is 1
        draft.set("round", "1");
        if (!assignment.empty()) draft.set("assignment_ref", labels[assignment]);
        if (stage::textOf(step, "kind") == "result") draft.set("finish_time", event_time);
        if (draft.flag("contacted")) draft.set("contact_time", event_time);
        records.push_back({draft.text(), due_ms});
    }
    return records;
}

}  // namespace yht::centre_sim
