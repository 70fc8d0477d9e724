// Records made up from the catalogue: an example of the kind, a few of its fields left out, replaced or added, rightly and
// wrongly. Only what both JSON and XML can say: no null, no empty list, no control characters but tab and line ends.
// Uses: ticket, json. Used by: this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "gateway/json/json.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "tests/support/pki.h"

namespace yht::soap {

/// Flags as text: XML knows no other. readRecord() takes both for the same.
inline void flagsAsText(rapidjson::Document& record) {
    for (auto& member : record.GetObject()) {
        if (member.value.IsBool()) member.value.SetString(rapidjson::StringRef(member.value.GetBool() ? "true" : "false"));
    }
}

class GeneratedRecords {
public:
    explicit GeneratedRecords(std::uint32_t seed) : random_(seed) {}

    /// Of that source, with that number.
    rapidjson::Document next(ticket::Kind kind, const std::string& source, const std::string& ref) {
        auto record = *json::parse(test::readFile(std::filesystem::path(YHT_SOURCE_DIR) / "schemas/examples" / (std::string(ticket::kindRow(kind).name) + ".json")));
        flagsAsText(record);
        // The ticket's number of the examples is somebody else's.
        for (const char* name : {"ticket_no", "ticket_ref", "other_refs"}) record.RemoveMember(name);
        set(record, "source", text(record, source));
        set(record, "record_ref", text(record, ref));
        const auto fields = ticket::fieldsOf(kind);
        for (unsigned changes = below(7); changes > 0; --changes) change(record, *fields[below(static_cast<unsigned>(fields.size()))]);
        if (below(8) == 0) set(record, "op", text(record, "void"));
        return record;
    }

private:
    unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
    const std::string& oneOf(const std::vector<std::string>& values) { return values[below(static_cast<unsigned>(values.size()))]; }
    static rapidjson::Value text(rapidjson::Document& record, const std::string& value) {
        return {value.data(), static_cast<rapidjson::SizeType>(value.size()), record.GetAllocator()};
    }
    static void set(rapidjson::Document& record, const char* name, rapidjson::Value value) {
        record.RemoveMember(name);
        record.AddMember(rapidjson::StringRef(name), value, record.GetAllocator());
    }

    void change(rapidjson::Document& record, const ticket::FieldRow& row) {
        const std::string name = row.name;
        if (name == "source" || name == "record_ref" || name == "op" || name == "kind") return;
        if (below(4) == 0) {
            record.RemoveMember(row.name);
        } else {
            set(record, row.name, valueOf(record, row));
        }
    }

    rapidjson::Value valueOf(rapidjson::Document& record, const ticket::FieldRow& row) {
        const auto shape = ticket::shapeOf(row.type);
        if (shape == ticket::Shape::Scalar) return text(record, scalarOf(row));
        auto& allocator = record.GetAllocator();
        const unsigned entries = 1 + below(below(6) == 0 ? row.max + 1 : 4);
        if (shape == ticket::Shape::Array) {
            rapidjson::Value list(rapidjson::kArrayType);
            for (unsigned i = 0; i < entries; ++i) list.PushBack(text(record, scalarOf(row)), allocator);
            return list;
        }
        rapidjson::Value map(rapidjson::kObjectType);
        for (unsigned i = 1; i < entries; ++i) map.AddMember(text(record, oneOf(kNames) + std::to_string(i)), text(record, oneOf(kTexts)), allocator);
        return map;
    }

    std::string scalarOf(const ticket::FieldRow& row) {
        using ticket::FieldType;
        switch (row.type) {
            case FieldType::Code:
            case FieldType::Codes: {
                if (below(5) == 0) return "no-such-code";
                const auto codes = ticket::codeList(row.code_list);
                return codes[below(static_cast<unsigned>(codes.size()))].code;
            }
            case FieldType::Time:
                return oneOf({"2026-11-28T20:59:00.123+08:00", "2026-11-28T12:59:00Z", "2019-02-29T00:00:00Z", "2026-11-28 20:59:00", "yesterday"});
            case FieldType::Integer:
                return oneOf({"0", "7", "300", "18446744073709551615", "18446744073709551616", "-1", "1.5", "007"});
            case FieldType::Decimal:
                return oneOf({"0", "-12.50", "112.9", "1e5", "+1", "x"});
            case FieldType::Flag:
                return oneOf({"true", "false", "yes"});
            case FieldType::Region:
                return oneOf({"430200", "430202", "430200AB1", "4302", "湖南"});
            case FieldType::Phone:
                return oneOf({"+86 (0731) 00012345", "19900000001", "call me"});
            case FieldType::Digest:
            case FieldType::Digests:
                return below(5) == 0 ? "ABC" : std::string(64, "0123456789abcdef"[below(16)]);
            case FieldType::References:
                return oneOf({"zz110/A 1", "zz12345/路灯", "no slash", "/", "zz110/"});
            case FieldType::Text:
            case FieldType::Texts:
            case FieldType::Reference:
            case FieldType::Map:
                break;
        }
        if (below(12) == 0) return std::string(row.max + 1, 'x');
        return oneOf(kTexts);
    }

    inline static const std::vector<std::string> kNames = {"名称", "b", "a b", "x<\"&'>", "\t"};
    inline static const std::vector<std::string> kTexts = {
        "路灯", "a<b&c>\"'", " before and after ", "line\nline", "line\r\nline\rline", "\ttab", "]]>", "<!-- no comment -->", "&amp;", "𠀀龦", "\xE2\x80\xA8", "é", ""};
    std::mt19937 random_;
};

}  // namespace yht::soap
