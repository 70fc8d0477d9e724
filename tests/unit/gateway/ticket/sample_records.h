// Small complete records for the tests of this folder, as JSON text.
// Uses: json, ticket.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "gateway/ticket/record_json.h"

namespace yht::ticket::samples {

/// Name -> JSON text of the value.
using Members = std::vector<std::pair<std::string, std::string>>;

inline std::string objectOf(const Members& members) {
    std::string text;
    for (const auto& [name, value] : members)
        text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
    return text + "}";
}

/// A complete appeal, changed: members with "" are taken out, others are replaced or added.
inline std::string appeal(const Members& changes = {}) {
    Members members = {
        {"kind", "\"appeal\""},
        {"source", "\"centre.zhuzhou\""},
        {"record_ref", "\"ZX-1\""},
        {"version", "1"},
        {"event_time", "\"2019-10-15T08:30:00+08:00\""},
        {"ticket_ref", "\"GD-1\""},
        {"channel", "\"01\""},
        {"appeal_type", "\"2\""},
        {"category_path", "[\"城乡建设\",\"排水\"]"},
        {"title", "\"四楼以上下水道有异味\""},
        {"content", "\"小区四楼以上下水道泛出刺鼻气味,请派人查看。\""},
        {"appeal_time", "\"2019-10-15T08:30:00+08:00\""},
        {"handling_way", "\"3\""},
        {"is_anonymous", "false"},
        {"is_secret", "false"},
        {"caller_name", "\"张先生\""},
        {"caller_phone", "\"199 0000 0001\""},
        {"hotline_number", "\"12345\""},
        {"area_code", "\"430211\""},
        {"urgency", "\"3\""}};
    for (const auto& [name, value] : changes) {
        auto found = members.begin();
        while (found != members.end() && found->first != name) ++found;
        if (found != members.end()) members.erase(found);
        if (!value.empty()) members.emplace_back(name, value);
    }
    return objectOf(members);
}

inline base::Result<Record> read(const std::string& text) {
    const auto document = json::parse(text);
    EXPECT_TRUE(document.ok()) << text;
    return readRecord(*document);
}

/// "/pointer code limit" of each error, in order.
inline std::vector<std::string> errorsOf(const std::string& text) {
    const auto record = read(text);
    std::vector<std::string> lines;
    if (record) return lines;
    EXPECT_EQ(base::ErrorCode::RecordInvalid, record.error().code);
    for (const auto& field : record.error().fields) {
        lines.push_back(
            field.pointer + " " + field.code + (field.limit.empty() ? "" : " " + field.limit)
        );
        EXPECT_FALSE(field.en.empty());
        EXPECT_FALSE(field.zh.empty());
    }
    return lines;
}

}  // namespace yht::ticket::samples
