// A ticket's records as a small language, for the fold's tests:
//   Story s; s.appeal("3"); s.assign("A1", "U1"); s.step("30", "U1"); s.result("U1"); EXPECT_EQ(State::…, s.state());
// Every line happens one hour after the one before it, from Monday 2025-03-03 09:00; at() moves the clock.
// Uses: ticket. Used by: fold tests.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/time_text.h"
#include "gateway/ticket/fold.h"
#include "gateway/ticket/validate.h"

namespace yht::ticket {

class Story {
public:
    std::vector<Record> records;
    FoldRules rules;
    base::UnixMillis now_ms = *base::parseRfc3339("2025-03-04T00:00:00+08:00");

    Story& at(std::string_view time) {
        clock_ms_ = *base::parseRfc3339("2025-03-" + std::string(time) + ":00+08:00");  // "03T09:00"
        return *this;
    }

    Record& appeal(const std::string& way) {
        Record& record = add(Kind::Appeal, "P" + number());
        record.set(Field::appeal_time, record.text(Field::event_time));
        record.set(Field::handling_way, way);
        for (const auto& [field, text] : std::initializer_list<std::pair<Field, const char*>>{
                 {Field::channel, "03"}, {Field::appeal_type, "3"}, {Field::title, "题"}, {Field::content, "内容"},
                 {Field::is_anonymous, "true"}, {Field::is_secret, "false"}, {Field::area_code, "430211"}, {Field::urgency, "3"}}) {
            record.set(field, std::string(text));
        }
        record.set(Field::category_path, std::vector<std::string>{"城乡建设"});
        return record;
    }

    Record& assign(const std::string& ref, const std::string& unit, const std::string& role = "1") {
        Record& record = add(Kind::Assignment, ref);
        record.set(Field::org_code, unit);
        record.set(Field::org_role, role);
        record.set(Field::org_level, std::string("2"));
        return record;
    }

    Record& step(const std::string& type, const std::string& unit = "") {
        Record& record = add(Kind::Process, "S" + number());
        record.set(Field::process_type, type);
        if (!unit.empty()) record.set(Field::operator_org_code, unit);
        return record;
    }

    Record& result(const std::string& unit) {
        Record& record = add(Kind::Result, "R" + number());
        record.set(Field::org_code, unit);
        record.set(Field::result_type, std::string("0"));
        record.set(Field::public_reply, std::string("已处理"));
        record.set(Field::finish_time, record.text(Field::event_time));
        return record;
    }

    Record& visit(const std::string& satisfaction) {
        Record& record = add(Kind::Visit, "V" + number());
        record.set(Field::visit_method, std::string("1"));
        record.set(Field::connected, std::string("true"));
        record.set(Field::satisfaction, satisfaction);
        return record;
    }

    Record& extension(const std::string& unit, const std::string& state, std::string_view until = {}) {
        Record& record = add(Kind::Extension, "E" + number());
        record.set(Field::org_code, unit);
        record.set(Field::extension_state, state);
        record.set(Field::extension_reason, std::string("还需时间"));
        if (!until.empty()) record.set(Field::extended_deadline, "2025-03-" + std::string(until) + ":00.000+08:00");
        return record;
    }

    Record& add(Kind kind, const std::string& ref) {
        Record record(kind);
        record.set(Field::source, source);
        record.set(Field::record_ref, ref);
        record.set(Field::ticket_ref, std::string("GD-1"));
        record.set(Field::version, std::string("1"));
        record.set(Field::event_time, base::formatRfc3339(clock_ms_));
        clock_ms_ += 3'600'000;
        return records.emplace_back(std::move(record));
    }

    TicketView fold() const { return ticket::fold(records, calendar, rules, now_ms); }
    State state() const { return fold().state; }

    /// "code record_ref" of each finding.
    std::vector<std::string> findings() const {
        std::vector<std::string> lines;
        for (const auto& finding : fold().findings) {
            lines.push_back(finding.code + (finding.record.record_ref.empty() ? "" : " " + finding.record.record_ref));
        }
        return lines;
    }

    std::string source = "centre";
    Calendar calendar;

private:
    std::string number() const { return std::to_string(records.size() + 1); }
    base::UnixMillis clock_ms_ = *base::parseRfc3339("2025-03-03T09:00:00+08:00");
};

inline base::UnixMillis march(std::string_view time) {
    return *base::parseRfc3339("2025-03-" + std::string(time) + ":00+08:00");
}

}  // namespace yht::ticket
